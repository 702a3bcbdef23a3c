"""Small multiples of the HTML report: a chart for the node and for each pattern that moves, as plain SVG paths."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timezone
from typing import TYPE_CHECKING, Any

from rdbscope.reports.report_values import in_words

if TYPE_CHECKING:
    from rdbscope.reports.report_facts import Table

# The drawing in units of its own; the style sheet gives it the width of its place.
WIDTH, HEIGHT = 240, 60
# Room for the line and the last dot at the edges.
_EDGE = 4
# More would run into each other.
_MOST_DOTS = 40


@dataclass(frozen=True)
class Chart:
    """One chart.

    Attributes:
        chart_id: of its elements in the page.
        total: what it sums up; None for a pattern.
        pattern: the pattern, None for a total.
        line: path through the snapshots.
        area: the same down to zero.
        dots: left and top of each snapshot, and what it says; empty where there are too many to tell apart.
        last: left and top of the newest.
        highest: the highest value, which stands at the top.
        words: the course in a sentence, for who does not see it.
        figures: label and value.
    """

    chart_id: str
    total: str | None
    pattern: str | None
    line: str
    area: str
    dots: Sequence[tuple[str, str, str]]
    last: tuple[str, str]
    highest: str
    words: str
    figures: Sequence[tuple[str, str]]


def charts(table: Table) -> tuple[list[Chart], tuple[str, str]]:
    """The charts, and the first and last day of the time that all of them share."""
    moments = [at_ms for row in table.rows for at_ms, _ in row["series"]]
    first, last = min(moments), max(moments)
    return [_chart(number, row, first, last) for number, row in enumerate(table.rows, 1)], (_day(first), _day(last))


def _chart(number: int, row: Mapping[str, Any], first: int, last: int) -> Chart:
    series: list[tuple[int, int]] = [(at_ms, count) for at_ms, count in row["series"]]
    highest = max(count for _, count in series)
    points = [(_left(at_ms, first, last), _top(count, highest)) for at_ms, count in series]
    line = "L".join(f"{_text(left)} {_text(top)}" for left, top in _apart(points))
    bottom = _text(_top(0, highest))
    begin, end = series[0], series[-1]
    return Chart(
        chart_id=f"growth-{number}",
        total=row["total"],
        pattern=row["pattern"],
        line=f"M{line}",
        area=f"M{_text(points[0][0])} {bottom}L{line}L{_text(points[-1][0])} {bottom}z",
        dots=[
            (_text(left), _text(top), f"{_day(at_ms)}: {in_words('bytes', count)}")
            for (left, top), (at_ms, count) in zip(points, series, strict=True)
        ]
        if len(points) <= _MOST_DOTS
        else [],
        last=(_text(points[-1][0]), _text(points[-1][1])),
        highest=in_words("bytes", highest),
        words=f"From {in_words('bytes', begin[1])} on {_day(begin[0])} to {in_words('bytes', end[1])} on "
        f"{_day(end[0])}, at most {in_words('bytes', highest)}, in {len(series)} snapshots",
        figures=_figures(row),
    )


def _figures(row: Mapping[str, Any]) -> list[tuple[str, str]]:
    per_day = row["bytes_per_day"]
    figures = [("now", in_words("bytes", row["last_bytes"]))]
    figures.append(("a day", f"{'+' if per_day > 0 else '±' if per_day == 0 else ''}{in_words('bytes', per_day)}"))
    if row["days_to_limit"] is not None:
        figures.append(("to the limit", f"{row['days_to_limit']:,.0f} days"))
    return figures


def _left(at_ms: int, first: int, last: int) -> float:
    return _EDGE + (WIDTH - 2 * _EDGE) * (at_ms - first) / (last - first)


def _top(count: int, highest: int) -> float:
    return HEIGHT - (HEIGHT - _EDGE) * (count / highest if highest else 0)


def _apart(points: Sequence[tuple[float, float]]) -> list[tuple[float, float]]:
    """The points, of several within a unit the highest: a long history must not fill the page."""
    kept: dict[int, tuple[float, float]] = {}
    for point in points:
        other = kept.get(int(point[0]))
        if other is None or point[1] < other[1]:
            kept[int(point[0])] = point
    return [*kept.values(), points[-1]] if points[-1] not in kept.values() else [*kept.values()]


def _text(number: float) -> str:
    return f"{number:.1f}".removesuffix(".0")


def _day(at_ms: int) -> str:
    return datetime.fromtimestamp(at_ms / 1000, tz=timezone.utc).strftime("%Y-%m-%d")
