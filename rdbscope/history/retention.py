"""Which snapshots of a node stay, and which of them with every key."""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime, timezone


@dataclass(frozen=True)
class Rule:
    """The owner's retention rule.

    Attributes:
        full: newest snapshots of a node whose key rows stay.
        daily: days, of those that have a snapshot, whose last snapshot stays.
        weekly: ISO weeks likewise.
        monthly: months likewise.
    """

    full: int = 3
    daily: int = 7
    weekly: int = 4
    monthly: int = 3


def rule(configured: Mapping[str, int], given: Mapping[str, int | None]) -> Rule:
    """The rule that options give, else `[history]` of the configuration, else the default."""
    usual = Rule()
    return Rule(
        **{
            name: number if number is not None else configured.get(_SETTINGS[name], getattr(usual, name))
            for name, number in given.items()
        }
    )


_SETTINGS = {"full": "full", "daily": "keep_daily", "weekly": "keep_weekly", "monthly": "keep_monthly"}


@dataclass(frozen=True)
class Kept:
    """One snapshot as retention sees it.

    Attributes:
        snapshot_id: its number.
        lineage: equal for snapshots of one node.
        at_ms: when it was taken, Unix milliseconds; when it was loaded where the dump does not tell.
        detailed: whether its key rows are still there.
    """

    snapshot_id: int
    lineage: str
    at_ms: int
    detailed: bool


@dataclass(frozen=True)
class Plan:
    """What a rule does to a database: snapshots that go, and snapshots that lose their key rows."""

    drop: tuple[int, ...]
    thin: tuple[int, ...]


def plan(snapshots: Iterable[Kept], rule: Rule, keep: Collection[int] = ()) -> Plan:
    """Applies the rule to each node by itself; the newest snapshot of a node always stays, and so do those of `keep`.

    A day, a week or a month counts when it has a snapshot at all, so that a pause of the backups costs no history.
    Days, weeks and months are those of UTC.
    """
    by_node: dict[str, list[Kept]] = {}
    for one in snapshots:
        by_node.setdefault(one.lineage, []).append(one)
    drop: list[int] = []
    thin: list[int] = []
    for history in by_node.values():
        newest_first = sorted(history, key=lambda one: (one.at_ms, one.snapshot_id), reverse=True)
        staying = {newest_first[0].snapshot_id} | {one.snapshot_id for one in newest_first[: rule.full]}
        for count, period in ((rule.daily, _day), (rule.weekly, _week), (rule.monthly, _month)):
            staying |= _last_of(newest_first, count, period)
        staying |= {one.snapshot_id for one in history if one.snapshot_id in keep}
        drop += [one.snapshot_id for one in newest_first if one.snapshot_id not in staying]
        left = [one for one in newest_first if one.snapshot_id in staying]
        thin += [one.snapshot_id for one in left[max(rule.full, 1) :] if one.detailed]
    return Plan(tuple(sorted(drop)), tuple(sorted(thin)))


def _last_of(newest_first: list[Kept], count: int, period: Callable[[datetime], tuple[int, ...]]) -> set[int]:
    last: dict[tuple[int, ...], int] = {}
    for one in newest_first:
        last.setdefault(period(_moment(one.at_ms)), one.snapshot_id)
    return set(list(last.values())[:count])


def _moment(at_ms: int) -> datetime:
    return datetime.fromtimestamp(at_ms / 1000, tz=timezone.utc)


def _day(at: datetime) -> tuple[int, ...]:
    return (at.year, at.month, at.day)


def _week(at: datetime) -> tuple[int, ...]:
    year, week, _ = at.isocalendar()
    return (year, week)


def _month(at: datetime) -> tuple[int, ...]:
    return (at.year, at.month)
