"""The report as plain text, for a terminal or a mail."""

from __future__ import annotations

import textwrap
from itertools import groupby
from typing import TYPE_CHECKING

from rdbscope.console import safe_text
from rdbscope.reports import colour as colours
from rdbscope.reports.human import size
from rdbscope.reports.report_values import headline, in_words, listed, moved, shown, sum_note
from rdbscope.reports.table import layout

if TYPE_CHECKING:
    from rdbscope.reports.report_facts import ReportFacts, Table

_ROWS = 10
_PROBLEMS = 5


def render(facts: ReportFacts, *, width: int, colour: bool = False) -> str:
    """Lines of at most `width` cells."""
    blocks = [_head(facts, width), _figures(facts, width, colour), _problems(facts, width, colour)]
    blocks += [_table(table, width, colour) for table in listed(facts)]
    if facts.memory:
        rows: list[tuple[str | None, ...]] = [(part, size(count)) for part, count in facts.memory]
        blocks.append(layout(["Memory of the server", "bytes"], rows, [False, True], width=width, colour=colour))
    return "\n".join("".join(f"{line}\n" for line in block) for block in blocks if block)


def _head(facts: ReportFacts, width: int) -> list[str]:
    lines = [facts.verdict, headline(facts), sum_note(facts)]
    return [part for line in lines if line for part in _wrapped(line, width)]


def _wrapped(line: str, width: int, first: str = "", indent: str = "  ") -> list[str]:
    return textwrap.wrap(safe_text(line), max(40, width), initial_indent=first, subsequent_indent=indent)


def _figures(facts: ReportFacts, width: int, colour: bool) -> list[str]:
    rows: list[tuple[str | None, ...]] = [
        (one.label, in_words(one.kind, one.value), moved(one) or "–") for one in facts.figures if one.value is not None
    ]
    return layout(["Key figures", "now", "change"], rows, [False, True, True], width=width, colour=colour)


def _problems(facts: ReportFacts, width: int, colour: bool) -> list[str]:
    lines: list[str] = []
    for severity, of_severity in groupby(facts.problems, key=lambda one: one.severity):
        lines.append(colours.severity(severity.upper(), severity, colour))
        for check_id, group in groupby(of_severity, key=lambda one: one.check_id):
            found = list(group)
            lines += _wrapped(f"{check_id}: {found[0].title}", width, "  ", "    ")
            for one in found[:_PROBLEMS]:
                place = f"{one.node}: " if one.node else ""
                pattern = f"{one.pattern} " if one.pattern else ""
                count = f"{one.keys:,}×: " if one.keys > 1 else ""
                lines += _wrapped(f"{place}{pattern}{count}{one.message}", width, "    ", "      ")
            if len(found) > _PROBLEMS:
                lines.append(f"    and {len(found) - _PROBLEMS:,} more")
            lines += _wrapped(f"fix: {found[0].fix}", width, "    ", "      ")
    for reason, checks in facts.not_run.items():
        lines += _wrapped(f"not run: {', '.join(checks)}: {reason}", width)
    return lines


def _table(table: Table, width: int, colour: bool) -> list[str]:
    columns = table.filled()
    rows: list[tuple[str | None, ...]] = [tuple(shown(column, row) for column in columns) for row in table.rows[:_ROWS]]
    header = [column.label for column in columns]
    lines = layout(header, rows, [column.is_number for column in columns], width=width, colour=colour)
    hidden = len(table.rows) - _ROWS
    more = f"and {hidden:,} more{' at least' if table.more else ''}"
    return [colours.bold(table.title, colour), *lines, *([more] if hidden > 0 else [])]
