"""What a run has to do for each node, from what is there now and what the last runs left."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace

from rdbscope.console import safe_text
from rdbscope.nightly.inventory import Candidate, is_ahead
from rdbscope.nightly.record import Row
from rdbscope.reports.human import moment

# The last one that has a date.
_LAST_MS = 253_402_300_799_999


@dataclass(frozen=True)
class Plan:
    """The plan of one run.

    Attributes:
        load: dumps that are not in the database yet, as far as earlier runs tell.
        rows: what is certain without a load: nodes without a dump, and dumps whose state has changed by the clock.
        carry: nodes of an earlier night whose dump is still the newest and fresh.
        same: nodes for which nothing has to be done.
    """

    load: tuple[Candidate, ...]
    rows: tuple[Row, ...]
    carry: tuple[Row, ...]
    same: tuple[Row, ...]

    @property
    def empty(self) -> bool:
        """Whether there is nothing to do."""
        return not self.load and not self.rows


def plan(
    candidates: list[Candidate], known: Mapping[str, Row], night: str, *, now_ms: int, fresh_within: int, salvage: bool
) -> Plan:
    """Compares the inventory with the newest row of each node; rows get their run later."""
    load: list[Candidate] = []
    rows: list[Row] = []
    carry: list[Row] = []
    same: list[Row] = []
    for one in candidates:
        row = known.get(one.node.name)
        tonight = row is not None and row.night == night
        if one.source is None:
            if row is not None and tonight and row.status == "missing" and row.source is None:
                same.append(row)
            else:
                rows.append(row_of(one, night, now_ms, fresh_within, salvage=salvage, earlier=row))
        elif row is None or row.source_mark != mark(one, salvage) or (row.status == "bad" and not tonight):
            load.append(one)
        else:
            current = judged(replace(row, night=night, fresh_within_seconds=fresh_within), now_ms, one)
            if current.status != row.status or (current.status == "missing" and not tonight):
                rows.append(current)
            elif tonight:
                same.append(row)
            else:
                carry.append(current)
    return Plan(tuple(load), tuple(rows), tuple(carry), tuple(same))


def mark(one: Candidate, salvage: bool) -> str:
    """Recognises a dump that was dealt with: a bad one is tried again when salvage is switched on.

    A file's name is in it, and is written as the database can hold it.
    """
    return safe_text(f"{one.mark} salvage" if salvage else one.mark)


def row_of(
    one: Candidate, night: str, now_ms: int, fresh_within: int, *, salvage: bool, earlier: Row | None = None
) -> Row:
    """The row of a node without any dump; loads fill in what they learn.

    `earlier` is the last row of the node: without a dump that can be read, how old the last one was is still known.
    """
    row = Row(
        night=night,
        run_id=0,
        node=one.node.name,
        cluster=one.node.cluster,
        shard=one.node.shard,
        role=one.node.role,
        status="missing",
        source=one.source,
        source_mark=None if one.source is None else mark(one, salvage),
        snapshot_id=None,
        taken_at_ms=None,
        age_seconds=None,
        fresh_within_seconds=fresh_within,
        counted=False,
        # It can name a file.
        message=safe_text(one.problem),
    )
    if earlier is not None and earlier.taken_at_ms is not None:
        return replace(row, taken_at_ms=earlier.taken_at_ms, age_seconds=_age(earlier.taken_at_ms, now_ms))
    return row


def judged(row: Row, now_ms: int, one: Candidate) -> Row:
    """The row of a loaded dump, called missing where the dump is too old, or dated in the future.

    As dumps are chosen, the time of the file counts where the dump claims to be of the future, or tells nothing.
    """
    if row.status == "bad":
        return row
    at_ms, ahead_ms = row.taken_at_ms, one.ahead_ms
    if at_ms is not None and is_ahead(at_ms, now_ms):
        at_ms, ahead_ms = None, at_ms
    if at_ms is None:
        at_ms = one.moment
    if at_ms is None and ahead_ms is None:
        return row
    problem = not_fresh(at_ms, ahead_ms, now_ms, row.fresh_within_seconds)
    return replace(
        row,
        status="missing" if problem else "loaded",
        taken_at_ms=at_ms,
        age_seconds=None if at_ms is None else _age(at_ms, now_ms),
        message=problem,
    )


def not_fresh(at_ms: int | None, ahead_ms: int | None, now_ms: int, fresh_within: int) -> str:
    """Why the newest dump of a node does not count as fresh, one sentence; empty where it does.

    Args:
        at_ms: when it was taken, None where that is not known.
        ahead_ms: the time of the future that it, or another dump of the node, is dated.
        now_ms: the clock.
        fresh_within: seconds.
    """
    ahead = "" if ahead_ms is None else f"is dated in the future: {moment(min(ahead_ms, _LAST_MS))}"
    if at_ms is None:
        return f"the newest dump {ahead}" if ahead else ""
    age = _age(at_ms, now_ms)
    if age <= fresh_within:
        return ""
    old = f"the newest dump is {_hours(age)} old, more than {_hours(fresh_within)}"
    return f"{old}; another one {ahead}" if ahead else old


def _age(at_ms: int, now_ms: int) -> int:
    return max(0, now_ms - at_ms) // 1000


def _hours(seconds: int) -> str:
    hours = seconds / 3600
    return f"{hours:,.0f} hours" if hours >= 10 else f"{hours:,.1f} hours"


def counted(rows: list[Row]) -> list[Row]:
    """The rows, of which one per shard counts: the master where its dump is there, else a replica.

    Nodes without a shard count each.
    """
    best: dict[tuple[str, str], Row] = {}
    for row in rows:
        if row.status != "loaded":
            continue
        place = (row.cluster or "", f"shard {row.shard}") if row.shard is not None else ("", f"node {row.node}")
        other = best.get(place)
        if other is None or (row.role != "master", row.node) < (other.role != "master", other.node):
            best[place] = row
    chosen = {row.node for row in best.values()}
    return [replace(row, counted=row.node in chosen) for row in rows]
