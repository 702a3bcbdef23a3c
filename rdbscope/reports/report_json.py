"""The report as one JSON document, described by `schema/report-1.json`."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import asdict
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from rdbscope.reports.report_facts import ReportFacts, Table

VERSION = 1


def render(facts: ReportFacts) -> str:
    """The whole document."""
    return json.dumps(document(facts), indent=1, ensure_ascii=False, default=str) + "\n"


def document(facts: ReportFacts) -> dict[str, Any]:
    """Everything that any format shows."""
    return {
        "version": VERSION,
        "tool_version": facts.tool_version,
        "title": facts.title,
        "whole": facts.whole,
        "verdict": facts.verdict,
        "owner": facts.owner,
        "redacted": facts.redacted,
        "snapshots": [dict(row) for row in facts.snapshots],
        "before": list(facts.before),
        "figures": {
            one.name: {"label": one.label, "unit": one.kind, "value": one.value, "before": one.before}
            for one in facts.figures
        },
        "memory": [{"part": part, "bytes": count} for part, count in facts.memory],
        "severities": dict(facts.severities),
        "findings": [asdict(one) | {"examples": list(one.examples)} for one in facts.problems],
        "finding_count": facts.problem_count,
        "not_run": [{"reason": reason, "checks": list(checks)} for reason, checks in facts.not_run.items()],
        "tables": {name: _table(table) for name, table in facts.tables.items()},
    }


def _table(table: Table) -> Mapping[str, Any]:
    return {
        "title": table.title,
        "description": table.description,
        "columns": [
            {"name": one.name, "kind": one.kind, "label": one.label, "meaning": one.meaning} for one in table.columns
        ],
        "rows": [{one.name: row[one.name] for one in table.columns} for row in table.rows],
        "more": table.more,
        "sql": table.sql or None,
    }
