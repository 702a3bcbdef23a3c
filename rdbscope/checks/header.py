"""The header of a check: what it flags, why, how to fix it, and its parameters with their defaults."""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from pathlib import Path

from rdbscope.checks.severity import WORDS, Severity, parse
from rdbscope.errors import UsageError

Value = int | float | str | bool

SUBJECTS = ("key", "pattern", "slot", "stream-group", "library", "snapshot", "convention")
CONFIDENCES = ("low", "medium", "high")
NEEDS = ("conventions", "access", "lfu", "nodes")
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
_OPEN, _CLOSE = "/*---", "---*/"
_REQUIRED = ("title", "severity", "confidence", "subject", "why", "fix", "before", "after")
_FIELDS = (*_REQUIRED, "needs")
_ID = re.compile(r"[a-z][a-z0-9]*(-[a-z0-9]+)*")
_PARAMETER = re.compile(r"[a-z][a-z0-9_]*")


class CheckError(UsageError):
    """A check file that is not as it has to be; the message begins with file and line."""

    def __init__(self, path: Path, line: int, message: str) -> None:
        super().__init__(f"{path}:{line}: {message}")
        self.path = path
        self.line_number = line


@dataclass(frozen=True)
class Parameter:
    """A number or word that users may change.

    Attributes:
        default: what the SQL takes when nothing is said.
        unit: of the value.
        help: what it decides, in a few words.
    """

    default: Value
    unit: str
    help: str


@dataclass(frozen=True)
class Check:
    """A check as its file says.

    Attributes:
        check_id: name of the file without `.sql`.
        title: one line, what is flagged.
        severity: how bad it is.
        confidence: low, medium or high: how often a flagged key is really a problem.
        subject: what a row of the result is, one of SUBJECTS.
        needs: what must be there for the check to run, of NEEDS.
        why: what it costs.
        fix: what to do.
        before: an example that is flagged.
        after: the same, fixed.
        parameters: by name.
        sql: the statement, without header and semicolon.
        path: of the file.
        sql_line: line of the file where the statement starts.
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
    parameters: dict[str, Parameter] = field(hash=False)
    sql: str
    path: Path
    sql_line: int


def parse_file(path: Path) -> Check:
    """Reads and validates one check.

    Raises:
        CheckError: what is wrong, with file and line.
    """
    try:
        text = path.read_text("utf-8")
    except (OSError, UnicodeDecodeError) as problem:
        raise CheckError(path, 1, f"cannot be read: {problem}") from problem
    return parse_text(text, path)


def parse_text(text: str, path: Path) -> Check:
    """The check that `text` describes; `path` gives its id and stands in messages.

    Raises:
        CheckError: what is wrong, with file and line.
    """
    if not _ID.fullmatch(path.stem):
        raise CheckError(path, 1, "the file's name is the id: lower case words joined by '-'")
    lines = text.splitlines()
    if not lines or lines[0].strip() != _OPEN:
        raise CheckError(path, 1, f"the header is missing: the first line must be {_OPEN}")
    end = next((number for number, line in enumerate(lines) if line.strip() == _CLOSE), None)
    if end is None:
        raise CheckError(path, len(lines), f"the header has no end: a line {_CLOSE}")
    header = _Header(path)
    for number, line in enumerate(lines[1:end], start=2):
        header.take(number, line)
    header.check(end + 1)
    start = next((number for number in range(end + 1, len(lines)) if lines[number].strip()), end)
    sql = "\n".join(lines[start:]).strip() if start > end else ""
    sql = sql.removesuffix(";").rstrip()
    if not sql:
        raise CheckError(path, end + 1, "no SELECT behind the header")
    values = header.values
    return Check(
        check_id=path.stem,
        title=values["title"],
        severity=parse(values["severity"]),
        confidence=values["confidence"],
        subject=values["subject"],
        needs=header.needs(),
        why=values["why"],
        fix=values["fix"],
        before=values["before"],
        after=values["after"],
        parameters=header.parameters,
        sql=sql,
        path=path,
        sql_line=start + 1,
    )


class _Header:
    """The lines of a header, one after the other."""

    def __init__(self, path: Path) -> None:
        self.path = path
        self.values: dict[str, str] = {}
        self.lines: dict[str, int] = {}
        self.parameters: dict[str, Parameter] = {}
        self._open = ""

    def take(self, number: int, line: str) -> None:
        if not line.strip():
            return
        if line.startswith("  "):
            self._indented(number, line.strip())
            return
        key, colon, value = line.partition(":")
        if not colon or key != key.strip():
            raise CheckError(self.path, number, "not of the form 'key: value'")
        if key not in _FIELDS and key != "params":
            raise CheckError(self.path, number, f"unknown key '{key}'; known: {', '.join((*_FIELDS, 'params'))}")
        if key in self.lines:
            raise CheckError(self.path, number, f"'{key}' is there twice")
        self.lines[key] = number
        self._open = key
        if key != "params":
            self.values[key] = value.strip()
        elif value.strip():
            raise CheckError(self.path, number, "parameters stand on lines of their own, indented by 2")

    def _indented(self, number: int, text: str) -> None:
        if self._open == "params":
            self._parameter(number, text)
        elif self._open:
            self.values[self._open] = f"{self.values[self._open]} {text}".strip()
        else:
            raise CheckError(self.path, number, "an indented line continues the one above, and there is none")

    def _parameter(self, number: int, text: str) -> None:
        name, colon, rest = text.partition(":")
        parts = [part.strip() for part in rest.split("|")]
        if not colon or not _PARAMETER.fullmatch(name) or len(parts) != 3 or not all(parts):
            raise CheckError(self.path, number, "a parameter is written 'name: default | unit | help'")
        if name in self.parameters:
            raise CheckError(self.path, number, f"the parameter '{name}' is there twice")
        self.parameters[name] = Parameter(value_of(parts[0]), parts[1], parts[2])

    def check(self, end: int) -> None:
        for key in _REQUIRED:
            if not self.values.get(key):
                raise CheckError(self.path, self.lines.get(key, end), f"'{key}' is missing")
        for key, allowed in (("severity", WORDS), ("confidence", CONFIDENCES), ("subject", SUBJECTS)):
            if self.values[key] not in allowed:
                raise CheckError(self.path, self.lines[key], f"{key} is one of {', '.join(allowed)}")

    def needs(self) -> tuple[str, ...]:
        words = tuple(word.strip() for word in self.values.get("needs", "").split(",") if word.strip())
        for word in words:
            if word not in NEEDS:
                raise CheckError(self.path, self.lines["needs"], f"needs names '{word}'; known: {', '.join(NEEDS)}")
        return words


def value_of(text: str) -> Value:
    """A number where the text is one, true or false, else the text itself."""
    if text in ("true", "false"):
        return text == "true"
    for kind in (int, float):
        try:
            return kind(text)
        except ValueError:
            continue
    return text
