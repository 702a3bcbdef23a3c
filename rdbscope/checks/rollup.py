"""The SQL around the SELECT of a check: sums by database and pattern, and single rows with the names reports use."""

from __future__ import annotations

from collections.abc import Sequence

from rdbscope.checks.header import Check
from rdbscope.checks.suppress import Suppression, condition

TABLE = "found_patterns"
CREATE = f"""
CREATE OR REPLACE TEMP TABLE {TABLE} (
    check_no INTEGER,
    db BIGINT,
    pattern VARCHAR,
    keys BIGINT,
    suppressed_keys BIGINT,
    memory_bytes BIGINT,
    saving_bytes BIGINT,
    worst_name VARCHAR,
    worst_measured DOUBLE,
    threshold DOUBLE,
    unit VARCHAR,
    message VARCHAR,
    examples VARCHAR[]
)
"""
# The worst is furthest from the threshold, above or below. Ties are broken by name, so that two runs say the same.
_RANK = "coalesce(abs(measured - threshold), measured, memory_bytes, 0)"
_ROLL_UP = """
INSERT INTO {table} BY NAME
WITH flagged AS (
{rows}
),

placed AS (
    SELECT
        *,
        ({suppressed}) AS suppressed,
        {{'rank': {rank}, 'name': name}} AS badness,
        {{'rank': coalesce(memory_bytes, measured, 0), 'name': name}} AS size
    FROM flagged
)

SELECT
    {check_no} AS check_no,
    db,
    pattern,
    count(*) FILTER (WHERE NOT suppressed) AS keys,
    count(*) FILTER (WHERE suppressed) AS suppressed_keys,
    sum(memory_bytes) FILTER (WHERE NOT suppressed) AS memory_bytes,
    sum(saving_bytes) FILTER (WHERE NOT suppressed) AS saving_bytes,
    arg_max(name, badness) FILTER (WHERE NOT suppressed) AS worst_name,
    arg_max(name, size, 3) FILTER (WHERE NOT suppressed) AS examples
FROM placed
GROUP BY db, pattern
"""
# Making the message of a row costs more than finding the row, so it is left to a second look at fewer rows.
_WORST = """
UPDATE {table} AS f
SET worst_measured = w.words.measured, threshold = w.words.threshold, unit = w.words.unit, message = w.words.message
FROM (
    WITH flagged AS (
{rows}
    )

    SELECT
        db,
        pattern,
        arg_max(
            {{'measured': measured, 'threshold': threshold, 'unit': unit, 'message': message}},
            {{'rank': {rank}, 'name': name}}
        ) AS words
    FROM flagged
    WHERE NOT ({suppressed}) AND {named}
    GROUP BY db, pattern
) AS w
WHERE f.check_no = {check_no} AND f.db IS NOT DISTINCT FROM w.db AND f.pattern IS NOT DISTINCT FROM w.pattern
"""
WORST = f"SELECT worst_name, keys FROM {TABLE} WHERE check_no = ? AND keys > 0"
# Looking for names among all keys pays where many were flagged, and names are few.
_MANY_KEYS = 1_000_000
_FEW_NAMES = 256
# A stream comes once per group or consumer, but its memory counts once.
_ONCE_PER_STREAM = """
    SELECT
        db,
        name,
        any_value(raw) AS raw,
        any_value(pattern) AS pattern,
        max(measured) AS measured,
        any_value(threshold) AS threshold,
        any_value(unit) AS unit,
        arg_max(message, {{'rank': coalesce(measured, 0), 'text': message}}) AS message,
        max(memory_bytes) AS memory_bytes,
        max(saving_bytes) AS saving_bytes
    FROM (
{rows}
    ) AS groups
    GROUP BY db, name
"""
_KEYS = """
SELECT
    '{check_id}' AS check_id,
    '{severity}' AS severity,
    db::BIGINT AS db,
    name::VARCHAR AS name,
    lower(hex(raw)) AS raw_hex,
    pattern::VARCHAR AS pattern,
    measured::DOUBLE AS measured,
    threshold::DOUBLE AS threshold,
    unit::VARCHAR AS unit,
    message::VARCHAR AS message,
    memory_bytes::BIGINT AS memory_bytes,
    saving_bytes::BIGINT AS saving_bytes
FROM (
{rows}
) AS flagged
WHERE NOT ({suppressed})
"""
# What `--keys` gives where no check can run: the columns, and no row.
NO_KEYS = """
SELECT
    NULL::VARCHAR AS check_id,
    NULL::VARCHAR AS severity,
    NULL::BIGINT AS db,
    NULL::VARCHAR AS name,
    NULL::VARCHAR AS raw_hex,
    NULL::VARCHAR AS pattern,
    NULL::DOUBLE AS measured,
    NULL::DOUBLE AS threshold,
    NULL::VARCHAR AS unit,
    NULL::VARCHAR AS message,
    NULL::BIGINT AS memory_bytes,
    NULL::BIGINT AS saving_bytes
WHERE false
"""


def insert(check: Check, number: int, suppressions: Sequence[Suppression]) -> str:
    """The statement that adds the sums of a check to the table of the run."""
    return _ROLL_UP.format(
        table=TABLE,
        rows=_rows(check),
        check_no=number,
        rank=_RANK,
        suppressed=condition(suppressions, check.check_id),
    )


def worst(
    check: Check, number: int, suppressions: Sequence[Suppression], groups: Sequence[tuple[str | None, int]]
) -> str:
    """The statement that adds figures and message of the worst row to each sum of a check.

    Args:
        check: the check, whose sums are in the table.
        number: its number in the run.
        suppressions: what is left out.
        groups: name of the worst and number of keys of each group, as `WORST` gives them.
    """
    names = sorted(name for name, _ in groups if name is not None)
    pays = sum(keys for _, keys in groups) >= _MANY_KEYS and len(names) == len(groups) <= _FEW_NAMES
    return _WORST.format(
        table=TABLE,
        rows=_rows(check),
        check_no=number,
        rank=_RANK,
        suppressed=condition(suppressions, check.check_id),
        named=f"name IN ({', '.join(map(_literal, names))})" if pays else "true",
    )


def _rows(check: Check) -> str:
    return _ONCE_PER_STREAM.format(rows=check.sql) if check.subject == "stream-group" else check.sql


def _literal(text: str) -> str:
    return "'" + text.replace("'", "''") + "'"


def keys(check: Check, suppressions: Sequence[Suppression]) -> str:
    """The query of every row that the check flags and no suppression covers."""
    return _KEYS.format(
        check_id=check.check_id,
        severity=check.severity,
        rows=check.sql,
        suppressed=condition(suppressions, check.check_id),
    )
