"""The header of a check: what it is called, how bad it is, why, and what to do."""

from __future__ import annotations

from dataclasses import dataclass

from rdbscope.checks.severity import Severity
from rdbscope.errors import RdbscopeError

_OPEN, _CLOSE = "/*---", "---*/"
_REQUIRED = ("title", "severity", "confidence", "subject", "why", "fix", "before", "after")
_OPTIONAL = ("needs", "params")
CONFIDENCES = ("low", "medium", "high")
SUBJECTS = ("key", "slot", "stream-group", "library", "snapshot", "convention")
NEEDS = ("conventions", "access", "lfu", "nodes")


@dataclass(frozen=True)
class Parameter:
    """A parameter of a check; SQL reads it as the variable `<check id>.<name>`."""

    name: str
    default: float
    unit: str
    help: str


@dataclass(frozen=True)
class Check:
    """One check.

    Attributes:
        check_id: the file's name without `.sql`.
        needs: what must be there, or the check cannot run.
        sql: one SELECT without semicolon, with the columns of a finding.
        origin: the file, for messages.
    """

    check_id: str
    title: str
    severity: Severity
    confidence: str
    subject: str
    needs: tuple[str, ...]
    why: str
    fix: str
    before: str
    after: str
    params: tuple[Parameter, ...]
    sql: str
    origin: str


def parse(check_id: str, text: str, origin: str) -> Check:
    """Parses one file.

    Raises:
        RdbscopeError: the header is wrong; the message names file and line.
    """
    lines = text.splitlines()
    if not lines or lines[0] != _OPEN:
        raise RdbscopeError(f"{origin}:1: a check starts with {_OPEN}")
    if _CLOSE not in lines:
        raise RdbscopeError(f"{origin}:1: the header has no end ({_CLOSE})")
    end = lines.index(_CLOSE)
    values, params = _values(lines[1:end], origin)
    for name in _REQUIRED:
        if not values.get(name):
            raise RdbscopeError(f"{origin}:1: the header has no {name}")
    try:
        severity = Severity.of(values["severity"])
    except ValueError as problem:
        raise RdbscopeError(f"{origin}: {problem}") from None
    needs = tuple(part.strip() for part in values.get("needs", "").split(",") if part.strip())
    _one_of(values["confidence"], CONFIDENCES, "confidence", origin)
    _one_of(values["subject"], SUBJECTS, "subject", origin)
    for need in needs:
        _one_of(need, NEEDS, "needs", origin)
    sql = "\n".join(lines[end + 1 :]).strip().removesuffix(";")
    if not sql:
        raise RdbscopeError(f"{origin}: no SQL behind the header")
    return Check(
        check_id=check_id,
        title=values["title"],
        severity=severity,
        confidence=values["confidence"],
        subject=values["subject"],
        needs=needs,
        why=values["why"],
        fix=values["fix"],
        before=values["before"],
        after=values["after"],
        params=tuple(params),
        sql=sql,
        origin=origin,
    )


def _values(lines: list[str], origin: str) -> tuple[dict[str, str], list[Parameter]]:
    values: dict[str, str] = {}
    params: list[Parameter] = []
    current = ""
    for number, line in enumerate(lines, start=2):
        if line.startswith("  "):
            if current == "params":
                params.append(_parameter(line.strip(), f"{origin}:{number}"))
            elif current:
                values[current] += " " + line.strip()
            else:
                raise RdbscopeError(f"{origin}:{number}: a continuation of nothing")
            continue
        current, colon, value = line.partition(":")
        if not colon or current not in (*_REQUIRED, *_OPTIONAL):
            raise RdbscopeError(f"{origin}:{number}: no 'name: value' that a header knows: {line!r}")
        values[current] = value.strip()
    return values, params


def _parameter(line: str, place: str) -> Parameter:
    name, colon, rest = line.partition(":")
    parts = [part.strip() for part in rest.split("|")]
    if not colon or len(parts) != 3:
        raise RdbscopeError(f"{place}: a parameter is written 'name: default | unit | help'")
    try:
        return Parameter(name.strip(), float(parts[0]), parts[1], parts[2])
    except ValueError:
        raise RdbscopeError(f"{place}: the default {parts[0]!r} is no number") from None


def _one_of(value: str, known: tuple[str, ...], name: str, origin: str) -> None:
    if value not in known:
        raise RdbscopeError(f"{origin}: {name} {value!r} is none of {', '.join(known)}")
