"""Puts every key of a snapshot beside its row: by pattern where that is certain, by name on the few other patterns."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

from rdbscope.conventions.table import Convention
from rdbscope.conventions.unify import MinedPattern, Relation, expression, is_literal, literalness
from rdbscope.store import fetch

if TYPE_CHECKING:
    from rdbscope.store.connect import Connection

TABLES = ("conventions", "documented_patterns", "documented_keys", "doubtful_patterns")


@dataclass(frozen=True)
class Decision:
    """What the pattern alone says of its keys.

    Attributes:
        row: the row that every key matches first, None where none does or only the name decides.
        candidates: rows that the name has to be compared with, in order; the last may match all that is left.
    """

    row: int | None = None
    candidates: tuple[int, ...] = ()


def ranked(rows: Sequence[Convention]) -> list[int]:
    """Positions of the rows, the most literal first; rows alike keep the order of the file."""
    return sorted(range(len(rows)), key=lambda number: literalness(rows[number]))


def decide(pattern: MinedPattern, rows: Sequence[Convention], order: Sequence[int]) -> Decision:
    """Which row the keys of a pattern match first."""
    doubtful: list[int] = []
    for number in order:
        relation = pattern.relation(rows[number])
        if relation is Relation.ALL and not doubtful:
            return Decision(row=number)
        if relation is not Relation.NONE:
            doubtful.append(number)
        if relation is Relation.ALL:
            break
    return Decision(candidates=tuple(doubtful))


def prepare(connection: Connection, rows: Sequence[Convention]) -> None:
    """Makes the temporary tables that the checks of the conventions read; the snapshot is the current one.

    Raises:
        duckdb.Error: the database cannot be read, or the memory does not suffice.
    """
    drop(connection)
    connection.execute(_TABLES)
    insert = (
        "INSERT INTO conventions SELECT unnest(?::INTEGER[]), unnest(?::VARCHAR[]), unnest(?::VARCHAR[]), "
        "unnest(?::BIGINT[]), unnest(?::BOOLEAN[]), unnest(?::VARCHAR[]), unnest(?::VARCHAR[]), unnest(?::INTEGER[])"
    )
    fields = ("pattern", "type", "ttl_seconds", "ttl_known", "purpose", "file", "line")
    values = [[getattr(row, field) for row in rows] for field in fields]
    connection.execute(insert, [list(range(len(rows))), *values])
    certain, doubtful = _decisions(connection, rows)
    connection.execute(
        "INSERT INTO documented_patterns SELECT unnest(?::INTEGER[]), unnest(?::INTEGER[])",
        [list(certain), list(certain.values())],
    )
    if doubtful:
        _compare_names(connection, rows, doubtful)


def drop(connection: Connection) -> None:
    """Takes the tables away again."""
    for table in TABLES:
        connection.execute(f"DROP TABLE IF EXISTS temp.{table}")


_TABLES = """
CREATE TEMP TABLE conventions (
    row_no INTEGER, pattern VARCHAR, type VARCHAR, ttl_seconds BIGINT, ttl_known BOOLEAN, purpose VARCHAR,
    file VARCHAR, line INTEGER
);
CREATE TEMP TABLE documented_patterns (pattern_id INTEGER, row_no INTEGER);
CREATE TEMP TABLE documented_keys (record_offset BIGINT, row_no INTEGER);
CREATE TEMP TABLE doubtful_patterns (pattern_id INTEGER, list_no INTEGER);
"""
# A `{*}` whose keys have more colons than the pattern stands for more than one segment, or for an empty one.
_IRREGULAR = """
SELECT DISTINCT k.pattern_id
FROM current_keys AS k
WHERE contains(k.pattern, '{*}')
    AND (
        length(k.name) - length(replace(k.name, ':', '')) <> length(k.pattern) - length(replace(k.pattern, ':', ''))
        OR contains(':' || k.name || ':', '::')
    )
"""


def _decisions(connection: Connection, rows: Sequence[Convention]) -> tuple[dict[int, int], dict[int, tuple[int, ...]]]:
    """Patterns that one row describes, and patterns whose names decide between rows."""
    order = ranked(rows)
    irregular = {row[0] for row in fetch.rows(connection, _IRREGULAR)}
    certain: dict[int, int] = {}
    doubtful: dict[int, tuple[int, ...]] = {}
    for pattern_id, text in fetch.rows(connection, "SELECT pattern_id, pattern FROM current_patterns"):
        decision = decide(MinedPattern(text, regular=pattern_id not in irregular), rows, order)
        if decision.row is not None:
            certain[pattern_id] = decision.row
        elif decision.candidates:
            doubtful[pattern_id] = decision.candidates
    return certain, doubtful


def _compare_names(connection: Connection, rows: Sequence[Convention], doubtful: dict[int, tuple[int, ...]]) -> None:
    """One pass over the keys of doubtful patterns; each is compared with the candidates of its pattern only."""
    lists = {candidates: number for number, candidates in enumerate(dict.fromkeys(doubtful.values()))}
    connection.execute(
        "INSERT INTO doubtful_patterns SELECT unnest(?::INTEGER[]), unnest(?::INTEGER[])",
        [list(doubtful), [lists[candidates] for candidates in doubtful.values()]],
    )
    cases = " ".join(f"WHEN {number} THEN {_case(rows, candidates)}" for candidates, number in lists.items())
    connection.execute(
        f"INSERT INTO documented_keys SELECT k.record_offset, CASE d.list_no {cases} END "
        "FROM current_keys AS k INNER JOIN doubtful_patterns AS d ON d.pattern_id = k.pattern_id"
    )


def _case(rows: Sequence[Convention], candidates: tuple[int, ...]) -> str:
    parts = []
    for number in candidates:
        row = rows[number]
        text = (row.pattern if is_literal(row) else expression(row)).replace("'", "''")
        test = f"k.name = '{text}'" if is_literal(row) else f"regexp_full_match(k.name, '{text}', 's')"
        parts.append(f"WHEN {test} THEN {number}")
    return f"CASE {' '.join(parts)} END"
