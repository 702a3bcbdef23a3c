"""The report as Markdown."""

from __future__ import annotations

from itertools import groupby
from typing import TYPE_CHECKING

from rdbscope.console import safe_text
from rdbscope.reports.human import size
from rdbscope.reports.markdown import cell
from rdbscope.reports.report_values import headline, in_words, listed, moved, shown, sum_note

if TYPE_CHECKING:
    from rdbscope.reports.report_facts import ReportFacts, Table

_ROWS = 25


def render(facts: ReportFacts) -> str:
    """The whole page."""
    lines = [f"# {_text(facts.verdict)}", "", _text(headline(facts)), ""]
    if sum_note(facts):
        lines += [_text(sum_note(facts)), ""]
    figures = [
        [one.label, in_words(one.kind, one.value), moved(one) or "–"] for one in facts.figures if one.value is not None
    ]
    lines += ["## Key figures", "", *_grid(["", "now", "change"], [False, True, True], figures), ""]
    lines += _problems(facts)
    for table in listed(facts):
        lines += _table(table)
    if facts.memory:
        parts = [[part, size(count)] for part, count in facts.memory]
        lines += ["## Memory of the server", "", *_grid(["", "bytes"], [False, True], parts), ""]
    return "\n".join(lines)


def _text(text: str) -> str:
    """A sentence that can hold names: what could be markup is escaped."""
    return "".join(f"\\{one}" if one in "\\*_[]<>|#~`" else one for one in safe_text(text))


def _grid(header: list[str], right: list[bool], rows: list[list[str]]) -> list[str]:
    marks = ["---:" if number else "---" for number in right]
    return [f"| {' | '.join(row)} |" for row in (header, marks, *([cell(value) for value in row] for row in rows))]


def _problems(facts: ReportFacts) -> list[str]:
    lines: list[str] = ["## Findings", ""]
    for (severity, check_id), group in groupby(facts.problems, key=lambda one: (one.severity, one.check_id)):
        found = list(group)
        lines += [f"### {severity}: {check_id}: {_text(found[0].title)}", ""]
        for one in found:
            place = f"{_text(one.node)}: " if one.node else ""
            pattern = f"{cell(one.pattern)} " if one.pattern else ""
            lines.append(f"- {place}{pattern}{one.keys:,}×: {_text(one.message)}")
        lines += ["", f"Why: {_text(found[0].why)}", "", f"Fix: {_text(found[0].fix)}", ""]
    if not facts.problems:
        lines += ["None.", ""]
    for reason, checks in facts.not_run.items():
        lines += [f"- not run: {', '.join(checks)}: {_text(reason)}"]
    return [*lines, ""]


def _table(table: Table) -> list[str]:
    columns = table.filled()
    rows = [[shown(column, row) for column in columns] for row in table.rows[:_ROWS]]
    header = [column.label for column in columns]
    lines = [f"## {table.title}", "", table.description, ""]
    lines += [*_grid(header, [column.is_number for column in columns], rows), ""]
    if table.more or len(table.rows) > _ROWS:
        lines += [f"The first {len(rows)}.", ""]
    return lines
