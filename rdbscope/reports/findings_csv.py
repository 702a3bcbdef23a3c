"""Findings as CSV; examples stand in one field, a blank between them."""

from __future__ import annotations

from typing import TYPE_CHECKING

from rdbscope.console import safe_text
from rdbscope.reports.csv import field
from rdbscope.reports.findings import record

if TYPE_CHECKING:
    from rdbscope.reports.findings import Judgement
    from rdbscope.reports.output import Output

COLUMNS = (
    "check_id",
    "severity",
    "db",
    "pattern",
    "keys",
    "memory_bytes",
    "saving_bytes",
    "worst_measured",
    "threshold",
    "unit",
    "message",
    "examples",
)


def write_findings(judgement: Judgement, output: Output) -> None:
    """Writes a header and one line per finding."""
    output.text(",".join(COLUMNS) + "\n")
    for one in judgement.outcome.findings:
        values = record(one)
        output.text(",".join(_field(values[column]) for column in COLUMNS) + "\n")


def _field(value: object) -> str:
    if value is None:
        return ""
    if isinstance(value, list):
        return field(safe_text(" ".join(str(one) for one in value)))
    return field(safe_text(value)) if isinstance(value, str) else str(value)
