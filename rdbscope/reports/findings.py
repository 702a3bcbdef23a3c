"""Findings for people and machines: grouped by severity and check, or every key as a row."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from itertools import groupby
from typing import TYPE_CHECKING

from rdbscope.checks.finding import Finding
from rdbscope.checks.header import Check
from rdbscope.checks.run import Outcome, key_rows_sql
from rdbscope.checks.severity import Severity
from rdbscope.console import safe_text
from rdbscope.reports.csv import field
from rdbscope.reports.human import size

if TYPE_CHECKING:
    from rdbscope.reports.output import Output
    from rdbscope.store.connect import Connection

# Patterns of one check that people are shown.
_SHOWN = 5
_COLUMNS = (
    "check_id", "severity", "db", "pattern", "keys", "memory_bytes", "saving_bytes", "worst_measured", "threshold",
    "unit", "message", "examples",
)  # fmt: skip


def write(outcome: Outcome, checks: Mapping[str, Check], out: Output, format_name: str) -> None:
    """Writes the roll-up."""
    if format_name == "json":
        document = {
            "version": 1,
            "findings": [_row(one) for one in outcome.findings],
            "not_run": [{"check_id": name, "reason": reason} for name, reason in outcome.not_run.items()],
        }
        out.text(json.dumps(document, indent=2, ensure_ascii=False) + "\n")
    elif format_name == "jsonl":
        for one in outcome.findings:
            out.text(json.dumps(_row(one), ensure_ascii=False) + "\n")
    elif format_name == "csv":
        out.text(",".join(_COLUMNS) + "\n")
        for one in outcome.findings:
            row = _row(one)
            out.text(",".join(_csv(row[column]) for column in _COLUMNS) + "\n")
    else:
        out.text("\n".join(_people(outcome, checks, markdown=format_name == "markdown")) + "\n")


def _row(one: Finding) -> dict[str, object]:
    return {
        "check_id": one.check_id,
        "severity": str(one.severity),
        "db": one.db,
        "pattern": one.pattern,
        "keys": one.keys,
        "memory_bytes": one.memory_bytes,
        "saving_bytes": one.saving_bytes,
        "worst_measured": one.worst_measured,
        "threshold": one.threshold,
        "unit": one.unit,
        "message": one.message,
        "examples": list(one.examples),
    }


def _csv(value: object) -> str:
    if value is None:
        return ""
    if isinstance(value, list):
        return field(" ".join(str(one) for one in value))
    return field(value) if isinstance(value, str) else str(value)


def _people(outcome: Outcome, checks: Mapping[str, Check], *, markdown: bool) -> list[str]:
    lines: list[str] = []
    findings = sorted(outcome.findings, key=lambda one: (-one.severity, one.check_id))
    for severity, of_severity in groupby(findings, key=lambda one: one.severity):
        lines.append(f"## {severity}" if markdown else str(severity).upper())
        for check_id, group in groupby(of_severity, key=lambda one: one.check_id):
            lines += _check(checks[check_id], list(group), markdown=markdown)
        lines.append("")
    if outcome.not_run:
        lines.append("## not run" if markdown else "NOT RUN")
        lines += [f"{'- ' if markdown else '  '}{name}: {reason}" for name, reason in outcome.not_run.items()]
        lines.append("")
    lines.append(_counts(findings))
    return lines


def _check(check: Check, found: Sequence[Finding], *, markdown: bool) -> list[str]:
    keys = sum(one.keys for one in found)
    memory = sum(one.memory_bytes or 0 for one in found)
    saving = sum(one.saving_bytes or 0 for one in found)
    what = {"key": "keys", "slot": "slots", "stream-group": "groups"}.get(check.subject, "")
    figures = [f"{keys:,} {what}".strip()]
    figures += [size(memory)] if memory else []
    figures += [f"saves {size(saving)}"] if saving else []
    title = f"{check.check_id}: {check.title} ({', '.join(figures)})"
    lines = [f"### {title}" if markdown else f"  {title}"]
    indent = "- " if markdown else "    "
    for one in sorted(found, key=lambda one: -(one.memory_bytes or one.keys))[:_SHOWN]:
        name = safe_text(one.pattern or (one.examples[0] if one.examples else ""))
        shown = f"`{name}`" if markdown else name
        place = f" db{one.db}" if one.db else ""
        count = f" {one.keys:,}×" if one.keys > 1 else ""
        lines.append(f"{indent}{shown}{place}{count} {safe_text(one.message)}")
        if one.examples and tuple(one.examples) != (one.pattern,):
            lines.append(f"{'  ' if markdown else '      '}e.g. {', '.join(safe_text(name) for name in one.examples)}")
    if len(found) > _SHOWN:
        lines.append(f"{indent}and {len(found) - _SHOWN} more patterns")
    lines.append(f"{indent}{check.fix}")
    return lines


def _counts(findings: Sequence[Finding]) -> str:
    counts = [(severity, sum(one.severity == severity for one in findings)) for severity in reversed(Severity)]
    shown = ", ".join(f"{count} {severity}" for severity, count in counts if count)
    return f"{len(findings)} findings{': ' + shown if shown else ''}; exit code 1 only with --fail-on SEVERITY"


def write_keys(connection: Connection, checks: Sequence[Check], out: Output, format_name: str) -> None:
    """Writes every offending key of every check, one check after the other, without holding them."""
    from rdbscope import reports
    from rdbscope.store import result

    statement = "\nUNION ALL\n".join(key_rows_sql(checks))
    reports.write(result.prepare(connection, statement), out, format_name)
