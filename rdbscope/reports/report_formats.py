"""The formats of a report: one module each."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from rdbscope.reports.report_facts import ReportFacts


def render(facts: ReportFacts, name: str, *, width: int = 100, colour: bool = False) -> str:
    """The report in the format called `name`; `width` and `colour` are those of plain text."""
    if name == "html":
        from rdbscope.reports import report_html

        return report_html.render(facts)
    if name == "json":
        from rdbscope.reports import report_json

        return report_json.render(facts)
    if name == "csv":
        from rdbscope.reports import report_csv

        return report_csv.render(facts)
    if name == "markdown":
        from rdbscope.reports import report_markdown

        return report_markdown.render(facts)
    from rdbscope.reports import report_text

    return report_text.render(facts, width=width, colour=colour)
