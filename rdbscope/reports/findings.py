"""Findings for people and machines: grouped by severity and check, or every key as a row."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from importlib import import_module
from itertools import groupby
from typing import TYPE_CHECKING, Protocol, cast

from rdbscope.checks.finding import Finding
from rdbscope.checks.header import SUBJECTS, Check
from rdbscope.checks.rollup import NO_KEYS
from rdbscope.checks.run import Context, Outcome, key_rows_sql
from rdbscope.checks.severity import Severity
from rdbscope.console import safe_text
from rdbscope.errors import UsageError, shorten
from rdbscope.reports import colour as colours
from rdbscope.reports import markdown
from rdbscope.reports.human import size

if TYPE_CHECKING:
    from rdbscope.reports.output import Output
    from rdbscope.store.connect import Connection

FORMATS = ("table", "json", "jsonl", "csv", "parquet", "markdown", "junit", "sarif")
# Patterns of one check that people are shown.
_SHOWN = 5


@dataclass(frozen=True)
class Judgement:
    """A run of checks, and what of it fails.

    Attributes:
        outcome: what the run found.
        checks: every check of the run by id, those that could not run among them.
        source: the file that the snapshot came from.
        fail_on: severity from which a finding fails, None where none does.
        fresh: findings that a baseline does not know; all without a baseline.
        baseline: whether there is one.
    """

    outcome: Outcome
    checks: Mapping[str, Check]
    source: str
    fail_on: Severity | None
    fresh: Sequence[Finding]
    baseline: bool = False

    @property
    def failing(self) -> list[Finding]:
        """Findings that make the exit code 1."""
        return [] if self.fail_on is None else [one for one in self.fresh if one.severity >= self.fail_on]

    def counts(self) -> list[str]:
        """The last lines of a report: how many findings, and what the exit code follows from."""
        found = self.outcome.findings
        counts = [(severity, sum(one.severity == severity for one in found)) for severity in reversed(Severity)]
        shown = ", ".join(f"{count:,} {severity}" for severity, count in counts if count)
        line = f"{len(found):,} finding{'s' if len(found) != 1 else ''}{': ' + shown if shown else ''}"
        if self.baseline:
            line += f"; {len(self.fresh):,} not in the baseline"
        if self.outcome.suppressed:
            line += f"; {self.outcome.suppressed:,} rows suppressed"
        if self.outcome.not_run:
            line += f"; {len(self.outcome.not_run)} of {len(self.checks)} checks could not run"
        if self.fail_on is None:
            return [line, "exit code 0: findings fail only with --fail-on SEVERITY"]
        new = "new findings" if self.baseline else "findings"
        rule = f"{len(self.failing):,} {new} of severity {self.fail_on} or above"
        return [line, f"exit code {1 if self.failing else 0}: {rule}"]


class Writer(Protocol):
    """A module that writes findings in a format of its own."""

    def write_findings(self, judgement: Judgement, output: Output) -> None:
        """Writes every finding."""


def write(judgement: Judgement, out: Output, format_name: str) -> None:
    """Writes the roll-up in the format called `format_name`, one of FORMATS."""
    if format_name in ("table", "markdown"):
        out.text("\n".join(_people(judgement, markup=format_name == "markdown", colour=out.colour)) + "\n")
    else:
        module = import_module(f"rdbscope.reports.findings_{format_name}")
        cast("Writer", module).write_findings(judgement, out)


def record(one: Finding) -> dict[str, object]:
    """A finding as machines read it."""
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


def _people(judgement: Judgement, *, markup: bool, colour: bool) -> list[str]:
    lines: list[str] = []
    fresh = {one.identity for one in judgement.fresh}
    findings = sorted(judgement.outcome.findings, key=lambda one: (-one.severity, one.check_id))
    for severity, of_severity in groupby(findings, key=lambda one: one.severity):
        lines += [f"## {severity}", ""] if markup else [colours.severity(str(severity).upper(), str(severity), colour)]
        for check_id, group in groupby(of_severity, key=lambda one: one.check_id):
            found = [(one, judgement.baseline and one.identity in fresh) for one in group]
            lines += _check(judgement.checks[check_id], found, markup=markup, colour=colour)
        lines += [] if markup else [""]
    lines += _not_run(judgement.outcome.not_run, markup=markup)
    return lines + judgement.counts()


def _not_run(reasons: Mapping[str, str], *, markup: bool) -> list[str]:
    """The checks that could not run, those with the same reason together."""
    if not reasons:
        return []
    together: dict[str, list[str]] = {}
    for name, reason in reasons.items():
        together.setdefault(reason, []).append(name)
    lines = ["## not run", ""] if markup else ["NOT RUN"]
    lines += [
        f"{'- ' if markup else '  '}{', '.join(names)}: {_text(reason, markup)}" for reason, names in together.items()
    ]
    return [*lines, ""]


def _check(check: Check, found: Sequence[tuple[Finding, bool]], *, markup: bool, colour: bool) -> list[str]:
    keys = sum(one.keys for one, _ in found)
    memory = sum(one.memory_bytes or 0 for one, _ in found)
    saving = sum(one.saving_bytes or 0 for one, _ in found)
    figures = [f"{keys:,} {SUBJECTS[check.subject][keys != 1]}"]
    figures += [size(memory)] if memory else []
    figures += [f"saves {size(saving)}"] if saving else []
    title = f"{_text(check.title, markup)} ({', '.join(figures)})"
    name = check.check_id
    lines = [f"### {name}: {title}", ""] if markup else [f"  {colours.bold(name, colour)}: {title}"]
    indent, deeper = ("- ", "  ") if markup else ("    ", "      ")
    for one, is_new in found[:_SHOWN]:
        shown = _name(one.pattern or (one.examples[0] if one.examples else ""), markup)
        place = f" db{one.db}" if one.db else ""
        count = f" {one.keys:,}×" if one.keys > 1 else ""
        saves = f", saves {size(one.saving_bytes)}" if one.saving_bytes and one.keys > 1 else ""
        memory_of = f" {size(one.memory_bytes)}" if one.memory_bytes and one.keys > 1 else ""
        mark = " (new)" if is_new else ""
        lines.append(f"{indent}{shown}{place}{count}{memory_of}{saves}: {_text(one.message, markup)}{mark}")
        if one.examples and one.examples != (one.pattern,) and (one.pattern is not None or len(one.examples) > 1):
            lines.append(f"{deeper}e.g. {', '.join(_name(name, markup) for name in one.examples)}")
    if len(found) > _SHOWN:
        lines.append(f"{indent}and {len(found) - _SHOWN:,} more patterns")
    return lines + (["", _text(check.fix, markup), ""] if markup else [f"    fix: {safe_text(check.fix)}"])


def _name(name: str, markup: bool) -> str:
    return markdown.cell(shorten(name)) if markup and name else safe_text(shorten(name))


def _text(text: str, markup: bool) -> str:
    """A sentence; in Markdown what could be markup is escaped, for messages hold names."""
    safe = safe_text(text)
    if not markup or "`" in safe:
        return safe if not markup else safe.replace("<", "&lt;").replace("|", "\\|")
    return "".join(f"\\{one}" if one in "\\*_[]<>|#~" else one for one in safe)


def write_keys(
    connection: Connection, checks: Sequence[Check], context: Context, out: Output, format_name: str
) -> None:
    """Writes every offending key of every check, one check after the other, without holding them.

    Raises:
        UsageError: a format that has no place for keys, or a check whose SQL fails.
    """
    from rdbscope import reports
    from rdbscope.store import result
    from rdbscope.store.chain import Chain

    if format_name not in reports.FORMATS:
        raise UsageError(f"--keys: no rows in the format {format_name}", hint="take jsonl or csv")
    statements = list(key_rows_sql(checks, context)) or [NO_KEYS]
    reports.write(Chain([result.prepare(connection, sql) for sql in statements]), out, format_name)
