"""Findings as JUnit XML: a test case per check, failed where a finding fails the build, skipped where it cannot run."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING
from xml.etree import ElementTree

from rdbscope.console import safe_text

if TYPE_CHECKING:
    from rdbscope.checks.finding import Finding
    from rdbscope.checks.header import Check
    from rdbscope.reports.findings import Judgement
    from rdbscope.reports.output import Output


def write_findings(judgement: Judgement, output: Output) -> None:
    """Writes one test suite. Without `--fail-on` every finding that is new counts as a failure."""
    failing = judgement.fresh if judgement.fail_on is None else judgement.failing
    by_check: dict[str, list[Finding]] = {}
    for one in failing:
        by_check.setdefault(one.check_id, []).append(one)
    suite = ElementTree.Element(
        "testsuite",
        name=safe_text(judgement.source),
        tests=str(len(judgement.checks)),
        failures=str(len(by_check)),
        errors="0",
        skipped=str(len(judgement.outcome.not_run)),
    )
    for check_id, check in judgement.checks.items():
        case = ElementTree.SubElement(suite, "testcase", classname="rdbscope.checks", name=check_id)
        if check_id in judgement.outcome.not_run:
            ElementTree.SubElement(case, "skipped", message=safe_text(judgement.outcome.not_run[check_id]))
        elif check_id in by_check:
            _failure(case, check, by_check[check_id])
    suites = ElementTree.Element("testsuites")
    suites.append(suite)
    ElementTree.indent(suites)
    text = ElementTree.tostring(suites, encoding="unicode")
    output.text(f'<?xml version="1.0" encoding="UTF-8"?>\n{text}\n')


def _failure(case: ElementTree.Element, check: Check, found: Sequence[Finding]) -> None:
    keys = sum(one.keys for one in found)
    failure = ElementTree.SubElement(
        case,
        "failure",
        type=str(check.severity),
        message=safe_text(f"{check.title}: {keys:,} in {len(found):,} patterns"),
    )
    lines = [
        f"db{'-' if one.db is None else one.db} {one.pattern or ''} ({one.keys:,}): {one.message}; "
        f"e.g. {', '.join(one.examples)}"
        for one in found
    ]
    failure.text = "\n".join(safe_text(line) for line in [*lines, f"fix: {check.fix}"])
