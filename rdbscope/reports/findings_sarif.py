"""Findings as SARIF 2.1.0, which code hosts and editors show."""

from __future__ import annotations

import hashlib
import json
from typing import TYPE_CHECKING
from urllib.parse import quote

from rdbscope.checks.severity import Severity
from rdbscope.reports.findings import record
from rdbscope.sources.url import is_url

if TYPE_CHECKING:
    from rdbscope.checks.finding import Finding
    from rdbscope.checks.header import Check
    from rdbscope.reports.findings import Judgement
    from rdbscope.reports.output import Output

_SCHEMA = "https://json.schemastore.org/sarif-2.1.0.json"
_OF_URLS = "/:?#@!$&'()*+,;=%"
_LEVELS = {Severity.INFO: "note", Severity.LOW: "note", Severity.MEDIUM: "warning", Severity.HIGH: "error"}


def write_findings(judgement: Judgement, output: Output) -> None:
    """Writes one run with a rule per check and a result per finding."""
    from rdbscope._native import __version__

    numbers = {check_id: number for number, check_id in enumerate(judgement.checks)}
    fresh = {one.identity for one in judgement.fresh}
    results = []
    for one in judgement.outcome.findings:
        result = _result(one, numbers[one.check_id], judgement.source)
        if judgement.baseline:
            result["baselineState"] = "new" if one.identity in fresh else "unchanged"
        results.append(result)
    notifications = [
        {
            "level": "note",
            "message": {"text": f"{name} could not run: {reason}"},
            "associatedRule": _rule_of(name, numbers),
        }
        for name, reason in judgement.outcome.not_run.items()
    ]
    run = {
        "tool": {
            "driver": {
                "name": "rdbscope",
                "version": __version__,
                "rules": [_rule(check) for check in judgement.checks.values()],
            }
        },
        "invocations": [{"executionSuccessful": True, "toolExecutionNotifications": notifications}],
        "results": results,
    }
    document = {"$schema": _SCHEMA, "version": "2.1.0", "runs": [run]}
    output.text(json.dumps(document, indent=2, ensure_ascii=False) + "\n")


def _rule_of(check_id: str, numbers: dict[str, int]) -> dict[str, object]:
    return {"id": check_id, "index": numbers[check_id]}


def _rule(check: Check) -> dict[str, object]:
    return {
        "id": check.check_id,
        "shortDescription": {"text": check.title},
        "fullDescription": {"text": check.why},
        "help": {"text": check.fix},
        "defaultConfiguration": {"level": _LEVELS[check.severity]},
        "properties": {"severity": str(check.severity), "confidence": check.confidence},
    }


def _result(one: Finding, rule: int, source: str) -> dict[str, object]:
    identity = json.dumps(one.identity, ensure_ascii=False).encode()
    pattern = one.pattern if one.pattern is not None else one.check_id
    where = pattern if one.db is None else f"db{one.db}:{pattern}"
    return {
        "ruleId": one.check_id,
        "ruleIndex": rule,
        "level": _LEVELS[one.severity],
        "message": {"text": _text(f"{pattern} ({one.keys:,}): {one.message}")},
        "locations": [
            {
                "physicalLocation": {
                    "artifactLocation": {"uri": quote(source, safe=_OF_URLS if is_url(source) else "/")}
                },
                "logicalLocations": [{"name": pattern, "fullyQualifiedName": where}],
            }
        ],
        "partialFingerprints": {"rdbscope/v1": hashlib.sha256(identity).hexdigest()},
        "properties": {name: value for name, value in record(one).items() if value is not None},
    }


def _text(text: str) -> str:
    """Plain text of a message: brackets in it are no link, whatever a key is called."""
    return text if "](" not in text else text.replace("[", "\\[").replace("]", "\\]")
