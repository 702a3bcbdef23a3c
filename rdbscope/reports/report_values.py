"""Values of a report in words: one way for text, Markdown and HTML."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from rdbscope.reports.human import BLOCKS, change, growth, moment, size
from rdbscope.reports.report_facts import Column, Figure, ReportFacts, Table

_UNITS = ((86400, "d"), (3600, "h"), (60, "min"))
_LONGEST_SPARK = 24
HIDDEN = ("prefixes", "slot_bins")


def shown(column: Column, row: Mapping[str, object]) -> str:
    """One value as people read it; a dash where unknown."""
    return in_words(column.kind, row[column.name])


def in_words(kind: str, value: object) -> str:
    """A value of this kind as people read it."""
    if value is None:
        return "–"
    if kind == "time" and isinstance(value, int):
        return moment(value)
    if kind == "series" and isinstance(value, Sequence):
        return spark([number for _, number in value])
    if isinstance(value, (int, float)) and not isinstance(value, bool):
        return _number(kind, value)
    return str(value)


def spark(numbers: Sequence[int]) -> str:
    """The newest of the numbers as blocks, from the lowest of them to the highest."""
    newest = numbers[-_LONGEST_SPARK:]
    least = min(newest, default=0)
    height = max(newest, default=0) - least
    top = len(BLOCKS) - 1
    return "".join(BLOCKS[min(top, (number - least) * len(BLOCKS) // height) if height else 0] for number in newest)


def _number(kind: str, value: int | float) -> str:
    if kind == "bytes":
        return size(int(value)) if value >= 0 else f"−{size(-int(value))}"
    if kind == "share":
        return _percent(value)
    if kind == "ratio":
        return f"{value:,.1f}"
    if kind == "seconds":
        return _duration(int(value))
    if kind == "count":
        return f"{int(value):,}"
    return str(value)


def _percent(value: float) -> str:
    percent = 100 * value
    if 0 < percent < 0.1:
        return "<0.1 %"
    return f"{percent:.1f} %".replace("-", "−") if percent % 100 else f"{percent:.0f} %"


def _duration(seconds: int) -> str:
    sign, seconds = ("−" if seconds < 0 else ""), abs(seconds)
    for length, unit in _UNITS:
        if seconds >= length:
            return f"{sign}{seconds / length:,.1f} {unit}"
    return f"{sign}{seconds} s"


def moved(figure: Figure) -> str:
    """The change of a figure since the snapshot before; empty where there is none."""
    if figure.before is None or figure.value is None:
        return ""
    difference = figure.value - figure.before
    if figure.kind == "bytes":
        return change(difference, growth(figure.before, figure.value))
    return f"{difference:+,}".replace("-", "−") if difference else "±0"


def listed(facts: ReportFacts) -> list[Table]:
    """The parts that are tables in every format for people; the prefix tree has a form of its own there."""
    return [table for name, table in facts.tables.items() if name not in HIDDEN]


def headline(facts: ReportFacts) -> str:
    """What the report is about, in one line."""
    words = facts.title if len(facts.snapshots) != 1 else f"{facts.title}, {facts.snapshots[0]['server']}"
    if len(facts.snapshots) == 1:
        words += f", taken {moment(facts.snapshots[0]['taken_at_ms'])}"
    return words + (f", part of {facts.owner}" if facts.owner else "")


def sum_note(facts: ReportFacts) -> str:
    """Which nodes the sums leave out; empty where none."""
    left = [str(row["node"]) for row in facts.snapshots if row["counted"] != "yes"]
    return f"Not in the sums, being another copy of a shard: {', '.join(left)}" if left else ""
