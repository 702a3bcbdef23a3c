"""The rows of a conventions file: pattern, type, lifetime and purpose of the keys that a team agreed on."""

from __future__ import annotations

import re
from dataclasses import dataclass
from pathlib import Path

from rdbscope.conventions import lifetime, markdown, types
from rdbscope.errors import UsageError

EMPTY_NAME = "(empty)"
_HEADINGS = {
    "pattern": ("pattern", "key pattern", "key", "keys", "redis key", "key name", "key format", "patterns"),
    "type": ("type", "data type", "datatype", "redis type", "structure", "data structure", "kind"),
    "ttl": ("ttl", "expiry", "expires", "expiration", "expire", "lifetime", "time to live", "max ttl"),
    "purpose": ("purpose", "description", "meaning", "notes", "note", "usage", "use", "comment", "comments"),
}
_COMMENT = re.compile(r"<!--.*?-->")
VARIABLE = re.compile(r"\{[^{}:]+\}")


class ConventionsError(UsageError):
    """A conventions file that cannot be used.

    Attributes:
        problems: every problem as `file:line: what`; the message is the first.
    """

    def __init__(self, problems: list[str]) -> None:
        more = len(problems) - 1
        super().__init__(problems[0], hint=f"{more} more; see: rdbscope conventions check FILE" if more else None)
        self.problems = problems


@dataclass(frozen=True)
class Convention:
    """One row of the table.

    Attributes:
        pattern: a name with `{x}` for each segment that varies.
        type: what TYPE answers, None where the row does not say.
        ttl_seconds: the longest time left, None for no expiry.
        ttl_known: whether the row says anything about the lifetime.
        purpose: as written.
        file: where it stands.
        line: where it stands.
    """

    pattern: str
    type: str | None
    ttl_seconds: int | None
    ttl_known: bool
    purpose: str
    file: str
    line: int

    @property
    def namespace(self) -> str | None:
        """The first segment, where it is spelt out and another one follows."""
        head, colon, _ = self.pattern.partition(":")
        return head if colon and head and not VARIABLE.search(head) else None


def read(path: Path) -> list[Convention]:
    """The rows of a file, in their order.

    Raises:
        ConventionsError: it cannot be read, has no table, or has broken rows.
    """
    try:
        text = path.read_text("utf-8-sig")
    except (OSError, UnicodeDecodeError) as problem:
        raise ConventionsError([f"{path}: cannot be read: {problem}"]) from problem
    return parse(text, str(path))


def parse(text: str, file: str) -> list[Convention]:
    """The rows of a document; `file` stands in messages.

    Raises:
        ConventionsError: no table, or broken rows; every problem is in it.
    """
    rows: list[Convention] = []
    problems: list[str] = []
    found = False
    for table in markdown.tables(text):
        columns = _columns(table.header)
        if "pattern" not in columns or not ({"type", "ttl"} & set(columns)):
            continue
        found = True
        for line, cells in table.rows:
            try:
                rows += _rows(cells, columns, len(table.header), file, line)
            except ValueError as problem:
                problems.append(f"{file}:{line}: {problem}")
    if not found:
        problems.append(f"{file}: no table with the columns Pattern, Type and TTL")
    problems += _repeated(rows)
    if problems:
        raise ConventionsError(problems)
    return rows


def _columns(header: list[str]) -> dict[str, int]:
    """Position of each column that is known; the first of several counts."""
    names = [re.sub(r"\s+", " ", markdown.plain(cell).lower().partition("(")[0]).strip() for cell in header]
    columns: dict[str, int] = {}
    for column, headings in _HEADINGS.items():
        for heading in headings:
            if heading in names:
                columns[column] = names.index(heading)
                break
    return columns


def _rows(cells: list[str], columns: dict[str, int], width: int, file: str, line: int) -> list[Convention]:
    if not any(cells):
        return []
    if len(cells) > width:
        raise ValueError(f"{len(cells)} cells where the header has {width}; write | inside a cell as \\|")
    for name in ("pattern", "type", "ttl"):
        if columns.get(name, 0) >= len(cells):
            raise ValueError(f"the cell for {name} is missing")

    def cell(name: str) -> str:
        return markdown.plain(cells[columns[name]]) if name in columns and columns[name] < len(cells) else ""

    patterns = _patterns(cells[columns["pattern"]])
    kind = types.parse(cell("type"))
    said, seconds = lifetime.parse(cell("ttl"))
    purpose = _COMMENT.sub("", cell("purpose")).strip()
    return [Convention(pattern, kind, seconds, said, purpose, file, line) for pattern in patterns]


def _patterns(cell: str) -> list[str]:
    """The pattern of a cell, or several where each stands in a code span of its own."""
    spans, around = markdown.code_spans(cell)
    if spans and not re.sub(r"<br\s*/?>|\band\b|\bor\b|[\s,;/]", "", around):
        return spans
    if len(spans) == 1 and ":" not in around:
        # A remark beside the pattern.
        return spans
    pattern = markdown.plain(cell)
    if pattern == EMPTY_NAME:
        return [""]
    if not pattern:
        raise ValueError("the pattern is missing")
    if VARIABLE.sub("", pattern).count("{") != VARIABLE.sub("", pattern).count("}"):
        raise ValueError(f"unbalanced braces in '{pattern}'")
    if any(character.isspace() for character in pattern):
        raise ValueError(f"blanks in '{pattern}'; write a name that really has them in backticks")
    return [pattern]


def _repeated(rows: list[Convention]) -> list[str]:
    first: dict[str, Convention] = {}
    problems = []
    for row in rows:
        same = first.setdefault(VARIABLE.sub("{}", row.pattern), row)
        if same is not row and (same.type, same.ttl_seconds, same.ttl_known) != (
            row.type,
            row.ttl_seconds,
            row.ttl_known,
        ):
            problems.append(
                f"{row.file}:{row.line}: '{row.pattern}' stands in line {same.line} already, with another type or TTL"
            )
    return problems
