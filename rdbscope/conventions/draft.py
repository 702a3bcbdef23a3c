"""Writes a conventions table from what is in a dump, so that a team starts from its reality."""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

from rdbscope.conventions import lifetime, markdown, match, types
from rdbscope.conventions.table import EMPTY_NAME, VARIABLE, Convention
from rdbscope.conventions.unify import CLASS
from rdbscope.store import fetch
from rdbscope.store.result import query_errors

if TYPE_CHECKING:
    from rdbscope.store.connect import Connection

_WORDS = {
    "string": "String",
    "list": "List",
    "set": "Set",
    "zset": "Sorted Set",
    "hash": "Hash",
    "stream": "Stream",
    "array": "Array",
}
# Wider patterns do not push the other columns out of sight.
_WIDEST = 60


@dataclass(frozen=True)
class DraftRow:
    """A row of the draft, and what the dump has for it.

    Attributes:
        pattern: a name with `{x}` for each segment that varies.
        types: what TYPE answers for its keys.
        keys: how many keys it describes.
        expiring_keys: those with an expiry.
        longest_left_ms: the longest time left, None where unknown or where no key expires.
        memory_bytes: of its keys, None where unknown.
    """

    pattern: str
    types: tuple[str, ...]
    keys: int
    expiring_keys: int
    longest_left_ms: int | None
    memory_bytes: int | None

    @property
    def type_word(self) -> str:
        """The type as people write it; `any` where the keys are of several."""
        if len(self.types) != 1:
            return "any"
        word = _WORDS.get(self.types[0], self.types[0])
        try:
            return word if types.parse(word) == self.types[0] else "any"
        except ValueError:
            return "any"

    @property
    def ttl_word(self) -> str:
        """The lifetime as people write it; `varies` where only some keys expire."""
        if self.expiring_keys == 0:
            return "None"
        if self.expiring_keys < self.keys or self.longest_left_ms is None:
            return "varies"
        return lifetime.rounded(self.longest_left_ms)


def draft(connection: Connection, snapshot_id: int) -> list[DraftRow]:
    """The rows that describe every key of a snapshot; each describes one at least.

    Raises:
        StoreError: the database cannot be read, or the memory does not suffice.
    """
    with query_errors():
        connection.execute("SET VARIABLE snapshot_id = CAST($number AS BIGINT)", {"number": snapshot_id})
        mined = fetch.rows(connection, "SELECT pattern FROM current_patterns ORDER BY pattern")
        rows = _rows(CLASS.sub(_variable, pattern) for (pattern,) in mined)
        match.prepare(connection, rows)
        # What one `{*}` stands for may be several segments; names that fit no row are described by their shape.
        shapes = fetch.rows(connection, _SHAPES)
        if shapes:
            rows = _rows([*(row.pattern for row in rows), *(shape for (shape,) in shapes)])
            match.prepare(connection, rows)
        found = fetch.rows(connection, _FACTS)
        match.drop(connection)
    return sorted(
        (DraftRow(pattern, tuple(kinds), *facts) for pattern, kinds, *facts in found), key=lambda row: row.pattern
    )


def _variable(found: re.Match[str]) -> str:
    return "{name}" if found[1] == "*" else found[0]


def _rows(patterns: Iterable[str]) -> list[Convention]:
    """Rows without type and lifetime; of patterns that match the same names the first stays."""
    first: dict[str, str] = {}
    for pattern in patterns:
        first.setdefault(VARIABLE.sub("{}", pattern), pattern)
    return [Convention(pattern, None, None, False, "", "", 0) for pattern in first.values()]


# Keys beside their rows. A row of its own for each key that only its name decides.
_PLACED = """
WITH placed AS (
    SELECT k.name, k.type, k.expires_at_ms, k.memory_bytes, coalesce(p.row_no, d.row_no) AS row_no
    FROM current_keys AS k
    LEFT JOIN documented_patterns AS p ON p.pattern_id = k.pattern_id
    LEFT JOIN documented_keys AS d ON d.record_offset = k.record_offset
)
"""
_SHAPES = f"""
{_PLACED}
SELECT DISTINCT regexp_replace(name, '[^:]+', '{{name}}', 'g') FROM placed WHERE row_no IS NULL ORDER BY 1
"""
_FACTS = f"""
{_PLACED}
SELECT
    c.pattern,
    list(DISTINCT p.type),
    count(*),
    count(p.expires_at_ms),
    (max(p.expires_at_ms)::HUGEINT - any_value(s.taken_at_ms))::BIGINT,
    sum(p.memory_bytes)::BIGINT
FROM placed AS p
INNER JOIN conventions AS c ON c.row_no = p.row_no
CROSS JOIN current_snapshot AS s
GROUP BY c.row_no, c.pattern
"""


def text(rows: Sequence[DraftRow], *, source: str) -> str:
    """The Markdown document; counts and bytes are comments that readers of the page do not see."""
    cells = [
        (_pattern_cell(row.pattern), row.type_word, row.ttl_word, f"<!-- {row.keys:,} keys{_bytes(row)} -->")
        for row in rows
    ]
    header = ("Pattern", "Type", "TTL", "Purpose")
    widths = [min(_WIDEST, max(len(line[column]) for line in [header, *cells])) for column in range(3)]

    def line(values: tuple[str, str, str, str]) -> str:
        padded = [value.ljust(width) for value, width in zip(values, widths, strict=False)]
        return f"| {' | '.join([*padded, values[3]])} |"

    said = source.replace("--", "- -")
    return "\n".join(
        [
            "# Redis conventions",
            "",
            f"<!-- Drafted by rdbscope from {said}. `{{x}}` stands for one segment without a colon; TTL is the longest",
            "that a key may have left. Say what each row is for, and correct what should be otherwise. -->",
            "",
            "## Key patterns",
            "",
            line(header),
            f"| {' | '.join('-' * width for width in widths)} | ------- |",
            *(line(values) for values in cells),
            "",
        ]
    )


def _pattern_cell(pattern: str) -> str:
    return markdown.code(pattern) if pattern else EMPTY_NAME


def _bytes(row: DraftRow) -> str:
    return "" if row.memory_bytes is None else f", {row.memory_bytes:,} bytes"
