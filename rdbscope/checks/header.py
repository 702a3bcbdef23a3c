"""The header of a check: what it is called, how bad it is, why, and what to do."""

from __future__ import annotations

import re
from collections.abc import Collection
from dataclasses import dataclass
from functools import cached_property

from rdbscope.checks.severity import Severity
from rdbscope.errors import UsageError

_OPEN, _CLOSE = "/*---", "---*/"
_REQUIRED = ("title", "severity", "confidence", "subject", "why", "fix", "before", "after")
_OPTIONAL = ("needs", "params")
CONFIDENCES = ("low", "medium", "high")
COLUMNS = (
    "db",
    "name",
    "raw",
    "pattern",
    "measured",
    "threshold",
    "unit",
    "message",
    "memory_bytes",
    "saving_bytes",
)
# May come last in a check of keys: where the key lies in the file, which makes it known without its name.
PLACE = "record_offset"
# What a row of a check stands for, with the words that people read for one and for several.
SUBJECTS = {
    "key": ("key", "keys"),
    "slot": ("slot", "slots"),
    "stream-group": ("stream", "streams"),
    "library": ("library", "libraries"),
    "snapshot": ("snapshot", "snapshots"),
    "convention": ("row", "rows"),
    "command": ("command", "commands"),
    "pattern": ("pattern", "patterns"),
    "key-or-pattern": ("key or pattern", "keys and patterns"),
    "node": ("node", "nodes"),
}
NEEDS = ("conventions", "access", "lfu", "nodes", "cluster-nodes", "aof", "nightly", "history")
_ID = re.compile(r"[a-z][a-z0-9]*(?:-[a-z0-9]+)*")
_ENDS_WITH_PLACE = re.compile(rf"\b{PLACE}\s+FROM\b", re.IGNORECASE)
_TEXT_OR_COMMENT = re.compile(r"'[^']*'|--[^\n]*|/\*.*?\*/", re.DOTALL)
_NAME = re.compile(r"[a-z][a-z0-9_]*")


@dataclass(frozen=True)
class Parameter:
    """A parameter of a check; SQL reads it as the variable `<check id>.<name>`."""

    name: str
    default: float
    unit: str
    help: str

    @property
    def default_text(self) -> str:
        """The default as people write it."""
        return f"{self.default:.12g}"


@dataclass(frozen=True)
class Check:
    """One check.

    Attributes:
        check_id: the file's name without `.sql`.
        needs: what must be there, or the check cannot run; `a or b` where one of them will do.
        sql: one SELECT without semicolon, with the columns of a finding.
        origin: the file, for messages.
        sql_line: line of the file on which the SELECT starts.
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
    sql_line: int = 1

    @cached_property
    def says_where(self) -> bool:
        """Whether the last column of the rows is where the key lies in the file."""
        return _ENDS_WITH_PLACE.search(_outside_parentheses(self.sql)) is not None


def _outside_parentheses(sql: str) -> str:
    bare = _TEXT_OR_COMMENT.sub(" ", sql)
    depth = 0
    kept = []
    for part in re.split(r"([()])", bare):
        depth += (part == "(") - (part == ")")
        if depth == 0:
            kept.append(part)
    return "".join(kept)


def parse(check_id: str, text: str, origin: str) -> Check:
    """Parses one file.

    Raises:
        UsageError: the header is wrong; the message names file and line.
    """
    if not _ID.fullmatch(check_id):
        raise UsageError(f"{origin}:1: the file's name is the id: lower case words joined by -")
    lines = text.splitlines()
    if not lines or lines[0] != _OPEN:
        raise UsageError(f"{origin}:1: a check starts with {_OPEN}")
    if _CLOSE not in lines:
        raise UsageError(f"{origin}:1: the header has no end ({_CLOSE})")
    end = lines.index(_CLOSE)
    header = _Header(origin)
    for number, line in enumerate(lines[1:end], start=2):
        header.take(number, line)
    header.validate(end + 1)
    sql = "\n".join(lines[end + 1 :])
    sql_line = end + 2 + len(sql[: len(sql) - len(sql.lstrip())].splitlines())
    sql = sql.strip().removesuffix(";").rstrip()
    if not sql:
        raise UsageError(f"{origin}:{end + 1}: no SQL behind the header")
    values = header.values
    return Check(
        check_id=check_id,
        title=values["title"],
        severity=Severity.of(values["severity"]),
        confidence=values["confidence"],
        subject=values["subject"],
        needs=header.needs,
        why=values["why"],
        fix=values["fix"],
        before=values["before"],
        after=values["after"],
        params=tuple(header.params),
        sql=sql,
        origin=origin,
        sql_line=sql_line,
    )


def alternatives(need: str) -> list[str]:
    """The facts of which one will do."""
    return need.split(" or ")


class _Header:
    """The lines of a header, taken one after the other."""

    def __init__(self, origin: str) -> None:
        self.origin = origin
        self.values: dict[str, str] = {}
        self.lines: dict[str, int] = {}
        self.params: list[Parameter] = []
        self._current = ""

    def _wrong(self, number: int, what: str) -> UsageError:
        return UsageError(f"{self.origin}:{number}: {what}")

    @property
    def needs(self) -> tuple[str, ...]:
        return tuple(part.strip() for part in self.values.get("needs", "").split(",") if part.strip())

    def take(self, number: int, line: str) -> None:
        if line.startswith("  "):
            if self._current == "params":
                self.params.append(self._parameter(number, line.strip()))
            elif self._current:
                self.values[self._current] += f" {line.strip()}"
            else:
                raise self._wrong(number, "a continuation of nothing")
            return
        name, colon, value = line.partition(":")
        if not colon or name not in (*_REQUIRED, *_OPTIONAL):
            raise self._wrong(number, f"no 'name: value' that a header knows: {line!r}")
        if name in self.lines:
            raise self._wrong(number, f"{name} a second time")
        self._current = name
        self.values[name] = value.strip()
        self.lines[name] = number

    def _parameter(self, number: int, line: str) -> Parameter:
        name, colon, rest = line.partition(":")
        parts = [part.strip() for part in rest.split("|")]
        if not colon or len(parts) != 3 or not all(parts) or not _NAME.fullmatch(name):
            raise self._wrong(number, "a parameter is written 'name: default | unit | help'")
        if any(one.name == name for one in self.params):
            raise self._wrong(number, f"the parameter {name} a second time")
        try:
            return Parameter(name, float(parts[0]), parts[1], parts[2])
        except ValueError:
            raise self._wrong(number, f"the default {parts[0]!r} is no number") from None

    def validate(self, end: int) -> None:
        for name in _REQUIRED:
            if not self.values.get(name):
                raise self._wrong(self.lines.get(name, end), f"the header has no {name}")
        words = tuple(str(severity) for severity in Severity)
        for name, known in (("severity", words), ("confidence", CONFIDENCES), ("subject", SUBJECTS)):
            self._one_of(name, self.values[name], known)
        for need in self.needs:
            for one in alternatives(need):
                self._one_of("needs", one, NEEDS)

    def _one_of(self, name: str, value: str, known: Collection[str]) -> None:
        if value not in known:
            raise self._wrong(self.lines[name], f"{name} {value!r} is none of {', '.join(known)}")
