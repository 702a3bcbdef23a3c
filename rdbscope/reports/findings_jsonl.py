"""Findings as JSON Lines, one object per finding."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING

from rdbscope.reports.findings import record

if TYPE_CHECKING:
    from rdbscope.reports.findings import Judgement
    from rdbscope.reports.output import Output


def write_findings(judgement: Judgement, output: Output) -> None:
    """Writes the findings."""
    for one in judgement.outcome.findings:
        output.text(json.dumps(record(one), ensure_ascii=False) + "\n")
