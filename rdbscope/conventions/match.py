"""Which keys a conventions table describes: decided for whole patterns where it can be, by the name where it must."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

from rdbscope.conventions.table import Convention

if TYPE_CHECKING:
    from rdbscope.store.connect import Connection

_PLACEHOLDER = re.compile(r"\{[A-Za-z0-9_. -]+\}")
_MINED = re.compile(r"\{(?:int|uuid|hex|date|ip|mac|email|token|\*)\}")
# What a mined variable may stand for; only some can hold a colon.
_MAY_HOLD_COLON = ("{*}", "{ip}", "{mac}")


@dataclass(frozen=True)
class Rule:
    """A convention as a regular expression over the safe text of a name."""

    row_no: int
    regex: str
    literal_length: int


def rules(conventions: Sequence[Convention]) -> list[Rule]:
    """Rules in the order in which they are tried: most literal first, then as the table has them."""
    made = [
        Rule(number, _regex(row.pattern), len(_PLACEHOLDER.sub("", row.pattern)))
        for number, row in enumerate(conventions)
    ]
    return sorted(made, key=lambda rule: (-rule.literal_length, rule.row_no))


def _regex(pattern: str) -> str:
    parts, at = [], 0
    for found in _PLACEHOLDER.finditer(pattern):
        # A tag around literal text or around a placeholder keeps its braces: `{user:{id}}`.
        parts.append(re.escape(pattern[at : found.start()]))
        parts.append("[^:]+")
        at = found.end()
    parts.append(re.escape(pattern[at:]))
    return "".join(parts)


def decide(mined: str, tried: Sequence[Rule]) -> int | bool | None:
    """The row that all keys of a mined pattern match, None where none can, True where only the name decides.

    A mined variable is replaced by samples of what it may stand for; when all samples agree on a row, so do the keys,
    as long as no row has a literal where the variable stands.
    """
    if "{*}" in mined or any(text in mined for text in _MAY_HOLD_COLON):
        return True
    sample = _MINED.sub("\x00", mined)
    for rule in tried:
        if re.fullmatch(rule.regex, sample):
            return rule.row_no
        if _could_match(sample, rule.regex):
            return True
    return None


def _could_match(sample: str, regex: str) -> bool:
    """Whether some name of the pattern might match: segment by segment, anything at the variables of either side."""
    skeleton = re.sub(r"\\(.)", r"\1", regex.replace("[^:]+", "\x01"))
    mined, ruled = sample.split(":"), skeleton.split(":")
    return len(mined) == len(ruled) and all(map(_compatible, mined, ruled))


def _compatible(mined: str, ruled: str) -> bool:
    if "\x00" in mined and "\x01" in ruled:
        return True
    if "\x00" in mined:
        return re.fullmatch(".+".join(map(re.escape, mined.split("\x00"))), ruled, re.S) is not None
    return re.fullmatch(".+".join(map(re.escape, ruled.split("\x01"))), mined, re.S) is not None


def prepare(connection: Connection, conventions: Sequence[Convention]) -> None:
    """Makes the temporary tables that the checks against conventions read, for the snapshot of the session."""
    connection.execute(
        "CREATE OR REPLACE TEMP TABLE conventions (row_no INTEGER, pattern VARCHAR, type VARCHAR, ttl_seconds BIGINT, "
        "ttl_known BOOLEAN, purpose VARCHAR, file VARCHAR, line INTEGER)"
    )
    connection.executemany(
        "INSERT INTO conventions VALUES (?, ?, ?, ?, ?, ?, ?, ?)",
        [
            (number, row.pattern, row.type, row.ttl_seconds, row.ttl_known, row.purpose, row.file, row.line)
            for number, row in enumerate(conventions)
        ],
    )
    tried = rules(conventions)
    certain: list[tuple[int, int]] = []
    doubtful: list[tuple[int]] = []
    for pattern_id, pattern in connection.execute("SELECT pattern_id, pattern FROM current_patterns").fetchall():
        decided = decide(pattern, tried)
        if decided is True:
            doubtful.append((pattern_id,))
        elif decided is not None:
            certain.append((pattern_id, decided))
    connection.execute("CREATE OR REPLACE TEMP TABLE documented_patterns (pattern_id INTEGER, row_no INTEGER)")
    connection.execute("CREATE OR REPLACE TEMP TABLE doubtful_patterns (pattern_id INTEGER)")
    if certain:
        connection.executemany("INSERT INTO documented_patterns VALUES (?, ?)", certain)
    if doubtful:
        connection.executemany("INSERT INTO doubtful_patterns VALUES (?)", doubtful)
    connection.execute(
        "CREATE OR REPLACE TEMP TABLE rules AS SELECT unnest($rows) AS row_no, unnest($regexes) AS regex, "
        "unnest($ranks) AS rank",
        {
            "rows": [rule.row_no for rule in tried],
            "regexes": [rule.regex for rule in tried],
            "ranks": list(range(len(tried))),
        },
    )
    connection.execute(
        "CREATE OR REPLACE TEMP TABLE documented_keys AS "
        "SELECT k.record_offset, CAST(arg_min(r.row_no, r.rank) AS INTEGER) AS row_no "
        "FROM current_keys AS k LEFT JOIN rules AS r ON regexp_full_match(k.name, r.regex) "
        "WHERE k.pattern_id IN (SELECT pattern_id FROM doubtful_patterns) GROUP BY k.record_offset"
    )
