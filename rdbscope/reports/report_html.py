"""The report as one HTML file that opens offline: no request leaves it, nothing in it but our own script runs."""

from __future__ import annotations

from dataclasses import replace
from itertools import groupby
from pathlib import Path
from typing import TYPE_CHECKING, Any

from rdbscope.reports import closed_page
from rdbscope.reports.human import size
from rdbscope.reports.report_charts import HEIGHT, WIDTH, charts
from rdbscope.reports.report_drawings import bars, heat, icicle
from rdbscope.reports.report_values import HIDDEN, headline, in_words, moved, shown, sum_note

if TYPE_CHECKING:
    from rdbscope.reports.report_facts import Column, Problem, ReportFacts, Table

_TEMPLATE = Path(__file__).parent / "templates" / "report.html.j2"
LARGEST = 1_000_000
# The column whose bar stands beside each row.
_BARS = {
    "sizes": "keys",
    "ttls": "keys",
    "forecast": "size_bytes",
    "types": "share",
    "patterns": "share",
    "owners": "size_bytes",
    "nodes": "memory_bytes",
}
_FILTERED = 8
# Parts with a form of their own.
_DRAWN = (*HIDDEN, "growth")


def render(facts: ReportFacts) -> str:
    """The page; where names are so long that it would exceed a megabyte, tables get shorter until it does not."""
    page = _page(facts)
    rows = 128
    while len(page.encode()) > LARGEST and rows:
        page = _page(_shorter(facts, rows))
        rows //= 2
    return page


def _page(facts: ReportFacts) -> str:
    prefixes, slots = facts.tables.get("prefixes"), facts.tables.get("slot_bins")
    growth = facts.tables.get("growth")
    drawn, days = charts(growth) if growth else ([], ("", ""))
    boxes, levels = icicle(prefixes) if prefixes else ([], 0)
    cells, used_slots = heat(slots) if slots else ([], 0)
    values = {
        "facts": facts,
        "headline": headline(facts),
        "sum_note": sum_note(facts),
        "figures": [
            (one.label, in_words(one.kind, one.value), moved(one)) for one in facts.figures if one.value is not None
        ],
        "problems": _problems(facts),
        "tables": [_table(table) for name, table in facts.tables.items() if name not in _DRAWN],
        "growth": None if growth is None else _table(growth),
        "charts": drawn,
        "days": days,
        "chart_size": (WIDTH, HEIGHT),
        "prefixes": None if prefixes is None else _table(prefixes),
        "boxes": boxes,
        "levels": levels,
        "cells": cells,
        "used_slots": used_slots,
        "memory": [(part, size(count), count) for part, count in facts.memory],
    }
    return closed_page.render(_TEMPLATE, values, style="report.css", script="report.js")


def _shorter(facts: ReportFacts, rows: int) -> ReportFacts:
    tables = {
        name: replace(table, rows=table.rows[:rows], more=table.more or len(table.rows) > rows)
        if name != "slot_bins"
        else table
        for name, table in facts.tables.items()
    }
    return replace(facts, tables=tables, problems=facts.problems[:rows])


def _problems(facts: ReportFacts) -> list[tuple[str, list[tuple[Problem, list[Problem]]]]]:
    """Severity, then the findings of each check with the first of them, which has title, why and fix."""
    out = []
    for severity, of_severity in groupby(facts.problems, key=lambda one: one.severity):
        checks = [list(group) for _, group in groupby(of_severity, key=lambda one: one.check_id)]
        out.append((severity, [(found[0], found) for found in checks]))
    return out


def _table(table: Table) -> dict[str, Any]:
    """A table as the template shows it: cells with their text and, for sorting, their number."""
    columns = table.filled()
    measure = _BARS.get(table.table_id)
    widths = bars(table.rows, measure) if measure else [0.0] * len(table.rows)
    return {
        "id": table.table_id.replace("_", "-"),
        "title": table.title,
        "description": table.description,
        "columns": columns,
        "rows": [
            ([(column, shown(column, row), _sortable(column, row)) for column in columns], round(width, 1))
            for row, width in zip(table.rows, widths, strict=True)
        ],
        "bars": measure is not None,
        "filter": len(table.rows) > _FILTERED,
        "count": len(table.rows),
        "more": table.more,
        "sql": table.sql,
    }


def _sortable(column: Column, row: Any) -> str | None:  # noqa: ANN401  a row of any table
    value = row[column.name]
    return None if not column.is_number or value is None else f"{value:.6g}" if isinstance(value, float) else str(value)
