"""What a summary tells of one snapshot, from the roll-ups: no pass over the keys but for the largest ones."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from rdbscope.store import fetch

if TYPE_CHECKING:
    from duckdb import DuckDBPyConnection

_WARNINGS_SHOWN = 5
# How a log ends whose last command or transaction is cut: servers drop it and go on, and so do we.
TORN_ENDS = frozenset({"torn-command", "open-transaction"})


@dataclass(frozen=True)
class Row:
    """One line of a breakdown: keys and bytes of a type, a pattern or a key."""

    label: str
    keys: int
    memory_bytes: int | None
    value_bytes: int | None
    dump_bytes: int
    detail: str = ""


@dataclass(frozen=True)
class SnapshotFacts:
    """Everything the summary shows.

    Attributes:
        snapshot: the row of `snapshots`, by column.
        dump_bytes: bytes that all keys take in the file.
        value_bytes: their payload.
        databases: keys per database of the server.
        types: by type and encoding, the largest first.
        patterns: the largest patterns; `pattern_count` tells how many there are.
        largest: the largest keys.
        ttl: keys by time left.
        anomalies: number of anomalies by kind.
        warnings: anomalies that are no mere notes, as sentences, the first few.
        findings: severity, checks that found something, and findings, the worst first.
    """

    snapshot: Mapping[str, Any]
    dump_bytes: int
    value_bytes: int | None
    databases: list[tuple[int, int]]
    types: list[Row]
    patterns: list[Row]
    pattern_count: int
    largest: list[Row]
    ttl: list[tuple[str, int]]
    anomalies: list[tuple[str, int]]
    warnings: tuple[str, ...]
    findings: list[tuple[str, int, int]]


def snapshot_facts(connection: DuckDBPyConnection, snapshot_id: int, *, top: int = 10) -> SnapshotFacts:
    """Reads the facts of one snapshot; `top` is how many patterns and keys."""
    parameters: dict[str, object] = {"snapshot_id": snapshot_id}
    with_top = parameters | {"top": top}
    cursor = connection.execute("FROM snapshots WHERE snapshot_id = $snapshot_id", parameters)
    names = [column[0] for column in cursor.description or ()]
    snapshot = dict(zip(names, cursor.fetchall()[0], strict=True))
    dump_bytes, value_bytes = fetch.rows(connection, _SUMS, parameters)[0]
    return SnapshotFacts(
        snapshot=snapshot,
        dump_bytes=dump_bytes,
        value_bytes=value_bytes,
        databases=[(row[0], row[1]) for row in fetch.rows(connection, _DATABASES, parameters)],
        types=[Row(*row) for row in fetch.rows(connection, _TYPES, parameters)],
        patterns=[Row(*row) for row in fetch.rows(connection, _PATTERNS, with_top)],
        pattern_count=fetch.scalar(connection, _PATTERN_COUNT, parameters),
        largest=[Row(*row) for row in fetch.rows(connection, _LARGEST, with_top)],
        ttl=[(row[0], row[1]) for row in fetch.rows(connection, _TTL, parameters)],
        anomalies=[(row[0], row[1]) for row in fetch.rows(connection, _ANOMALIES, parameters)],
        warnings=anomaly_texts(connection, "anomalies", parameters),
        findings=[(row[0], row[1], row[2]) for row in fetch.rows(connection, _FINDINGS, parameters)],
    )


def anomaly_texts(connection: DuckDBPyConnection, table: str, parameters: Mapping[str, object]) -> tuple[str, ...]:
    """Anomalies that are no mere notes as sentences; the last one counts what is left out.

    Args:
        connection: where `table` can be read.
        table: `anomalies` or a stream with its columns.
        parameters: with `snapshot_id` where the table has that column.
    """
    where = "severity <> 'note'" + (" AND snapshot_id = $snapshot_id" if parameters else "")
    found = fetch.rows(
        connection,
        f"SELECT kind, record_offset, db, name, message, count(*) OVER () FROM {table} WHERE {where} "
        f"ORDER BY record_offset LIMIT {_WARNINGS_SHOWN}",
        parameters,
    )
    texts = [_sentence(*row[:5]) for row in found]
    total = found[0][5] if found else 0
    if total > len(texts):
        texts.append(f"{total - len(texts):,} more anomalies; see the table anomalies")
    return tuple(texts)


def _sentence(kind: str, offset: int | None, db: int | None, name: str | None, message: str) -> str:
    from rdbscope.errors import shorten

    where = [] if offset is None else [f"byte {offset:,}"]
    if name is not None:
        where.append(f"key '{shorten(name)}' in db {db}")
    return f"{kind}: {message}" + (f" ({', '.join(where)})" if where else "")


_SUMS = """
SELECT coalesce(sum(dump_bytes), 0)::BIGINT, sum(value_bytes)::BIGINT
FROM pattern_forms
WHERE snapshot_id = $snapshot_id
"""
_DATABASES = """
SELECT db, sum(keys)::BIGINT FROM pattern_forms WHERE snapshot_id = $snapshot_id GROUP BY db ORDER BY db
"""
_TYPES = """
SELECT concat_ws(' ', f.type, f.encoding), sum(p.keys)::BIGINT, sum(p.memory_bytes)::BIGINT,
    sum(p.value_bytes)::BIGINT, sum(p.dump_bytes)::BIGINT
FROM pattern_forms AS p
INNER JOIN forms AS f ON f.snapshot_id = p.snapshot_id AND f.form_id = p.form_id
WHERE p.snapshot_id = $snapshot_id
GROUP BY f.type, f.encoding
ORDER BY coalesce(sum(p.memory_bytes), sum(p.value_bytes), sum(p.dump_bytes)) DESC, 1
"""
_PATTERNS = """
SELECT pattern, keys, memory_bytes, value_bytes, dump_bytes,
    CASE WHEN expiring_keys = 0 THEN 'none' WHEN expiring_keys = keys THEN 'all'
        ELSE least(99, greatest(1, round(100 * ttl_share)))::INTEGER::VARCHAR || ' %' END
FROM patterns
WHERE snapshot_id = $snapshot_id
ORDER BY coalesce(memory_bytes, value_bytes, dump_bytes) DESC, pattern
LIMIT $top
"""
_FINDINGS = """
SELECT severity, count(DISTINCT check_id), count(*) FROM findings
WHERE snapshot_id = $snapshot_id
    -- What it says changes with the clock; the summary says that it is left out.
    AND check_id <> 'stale-backup'
GROUP BY severity ORDER BY list_position(['high', 'medium', 'low', 'info'], severity)
"""
_PATTERN_COUNT = "SELECT count(*) FROM patterns WHERE snapshot_id = $snapshot_id"
_LARGEST = """
WITH chosen AS (
    SELECT record_offset, form_id, db, name, elements, memory_bytes, value_bytes, dump_bytes
    FROM key_rows
    WHERE snapshot_id = $snapshot_id
    ORDER BY coalesce(memory_bytes, value_bytes, dump_bytes) DESC, record_offset
    LIMIT $top
)
SELECT c.name, c.elements, c.memory_bytes, c.value_bytes, c.dump_bytes, concat_ws(' ', f.type, f.encoding)
FROM chosen AS c
INNER JOIN forms AS f ON f.snapshot_id = $snapshot_id AND f.form_id = c.form_id
ORDER BY coalesce(c.memory_bytes, c.value_bytes, c.dump_bytes) DESC, c.record_offset
"""
_TTL = "SELECT time_left, keys FROM ttl_histogram WHERE snapshot_id = $snapshot_id ORDER BY class"
_ANOMALIES = """
SELECT kind, count(*) FROM anomalies WHERE snapshot_id = $snapshot_id GROUP BY kind ORDER BY count(*) DESC, kind
"""
