"""Findings as one JSON document."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING

from rdbscope.reports.findings import record

if TYPE_CHECKING:
    from rdbscope.reports.findings import Judgement
    from rdbscope.reports.output import Output

_VERSION = 1


def write_findings(judgement: Judgement, output: Output) -> None:
    """Writes the findings, checks that could not run with the reason, and the number of suppressed rows."""
    fresh = {one.identity for one in judgement.fresh}
    document = {
        "version": _VERSION,
        "source": judgement.source,
        "findings": [
            record(one) | ({"new": one.identity in fresh} if judgement.baseline else {})
            for one in judgement.outcome.findings
        ],
        "suppressed": judgement.outcome.suppressed,
        "failing": len(judgement.failing),
        "not_run": [{"check_id": name, "reason": reason} for name, reason in judgement.outcome.not_run.items()],
    }
    output.text(json.dumps(document, indent=2, ensure_ascii=False) + "\n")
