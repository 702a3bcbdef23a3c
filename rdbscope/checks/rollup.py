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
    worst_measured DOUBLE,
    threshold DOUBLE,
    unit VARCHAR,
    message VARCHAR,
    examples VARCHAR[]
)
"""
# The worst is furthest from the threshold, above or below. Ties are broken by name, so that two runs say the same.
_ROLL_UP = """
INSERT INTO {table}
WITH flagged AS (
{rows}
),

placed AS (
    SELECT
        *,
        ({suppressed}) AS suppressed,
        {{'measured': measured, 'threshold': threshold, 'unit': unit, 'message': message}} AS words,
        {{'rank': coalesce(abs(measured - threshold), measured, memory_bytes, 0), 'name': name}} AS badness,
        {{'rank': coalesce(memory_bytes, measured, 0), 'name': name}} AS size
    FROM flagged
),

summed AS (
    SELECT
        db,
        pattern,
        count(*) FILTER (WHERE NOT suppressed) AS keys,
        count(*) FILTER (WHERE suppressed) AS suppressed_keys,
        sum(memory_bytes) FILTER (WHERE NOT suppressed) AS memory_bytes,
        sum(saving_bytes) FILTER (WHERE NOT suppressed) AS saving_bytes,
        arg_max(words, badness) FILTER (WHERE NOT suppressed) AS worst,
        arg_max(name, size, 3) FILTER (WHERE NOT suppressed) AS examples
    FROM placed
    GROUP BY db, pattern
)

SELECT
    {check_no},
    db,
    pattern,
    keys,
    suppressed_keys,
    memory_bytes,
    saving_bytes,
    worst.measured,
    worst.threshold,
    worst.unit,
    worst.message,
    examples
FROM summed
"""
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
    rows = _ONCE_PER_STREAM.format(rows=check.sql) if check.subject == "stream-group" else check.sql
    suppressed = condition(suppressions, check.check_id)
    return _ROLL_UP.format(table=TABLE, rows=rows, check_no=number, suppressed=suppressed)


def keys(check: Check, suppressions: Sequence[Suppression]) -> str:
    """The query of every row that the check flags and no suppression covers."""
    return _KEYS.format(
        check_id=check.check_id,
        severity=check.severity,
        rows=check.sql,
        suppressed=condition(suppressions, check.check_id),
    )
