"""The report as CSV in long form: part, number of the row, column, value. One file holds every part."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING

from rdbscope.console import safe_text
from rdbscope.reports.csv import field
from rdbscope.reports.report_json import document

if TYPE_CHECKING:
    from rdbscope.reports.report_facts import ReportFacts

HEADER = "part,row,column,value"


def render(facts: ReportFacts) -> str:
    """A header and one line per value; what is unknown is empty."""
    lines = [HEADER]
    for part, number, column, value in _values(facts):
        text = "" if value is None else field(safe_text(value)) if isinstance(value, str) else str(value)
        lines.append(f"{field(part)},{number},{field(column)},{text}")
    return "".join(f"{line}\n" for line in lines)


def _values(facts: ReportFacts) -> Iterator[tuple[str, int, str, object]]:
    whole = document(facts)
    yield "report", 1, "verdict", facts.verdict
    yield "report", 1, "whole", str(facts.whole).lower()
    for number, figure in enumerate(facts.figures, start=1):
        for column, value in (("figure", figure.name), ("value", figure.value), ("before", figure.before)):
            yield "figures", number, column, value
    for number, (part, count) in enumerate(facts.memory, start=1):
        yield "memory", number, "part", part
        yield "memory", number, "bytes", count
    for part in ("snapshots", "findings"):
        for number, row in enumerate(whole[part], start=1):
            for column, value in row.items():
                yield part, number, column, " ".join(value) if isinstance(value, list) else value
    for name, table in whole["tables"].items():
        for number, row in enumerate(table["rows"], start=1):
            for column, value in row.items():
                yield name, number, column, _joined(value) if isinstance(value, list) else value


def _joined(series: list[list[int]]) -> str:
    return " ".join(f"{at_ms}={number}" for at_ms, number in series)
