"""The SQL around the SELECT of a check: sums by database and pattern, and single rows with the names reports use."""

from __future__ import annotations

from collections.abc import Sequence

from rdbscope.checks.header import Check
from rdbscope.checks.suppress import Suppression, condition

# The worst is furthest from the threshold, above or below.
_RANK = "coalesce(abs(measured - threshold), measured, memory_bytes, 0)"
_SIZE = "coalesce(memory_bytes, measured, 0)"
_SUMS = """
WITH {keys}flagged AS (
{rows}
)

SELECT
    db::BIGINT AS db,
    pattern::VARCHAR AS pattern,
    count(*){unsuppressed} AS keys,
    {suppressed_keys} AS suppressed_keys,
    sum(memory_bytes){unsuppressed}::BIGINT AS memory_bytes,
    sum(saving_bytes){unsuppressed}::BIGINT AS saving_bytes,
    arg_max({worst}, {{'rank': {rank}, 'first': {first}}}){unsuppressed} AS worst,
    arg_max({example}, {{'rank': {size}, 'first': {first}}}, 3){unsuppressed} AS examples
FROM flagged
GROUP BY db, pattern
"""
_WORDS = """{
        'measured': measured::DOUBLE,
        'threshold': threshold::DOUBLE,
        'unit': unit::VARCHAR,
        'message': coalesce(message::VARCHAR, ''),
        'name': name::VARCHAR
    }"""
_DETAILS = f"""
WITH {{keys}}flagged AS (
{{rows}}
)

SELECT record_offset, {_WORDS.replace("{", "{{").replace("}", "}}")} AS words
FROM flagged
WHERE record_offset IN ({{places}})
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


def sums(check: Check, suppressions: Sequence[Suppression], keys: str | None) -> str:
    """The query of the sums of a check by database and pattern.

    Columns: db, pattern, keys, suppressed_keys, memory_bytes, saving_bytes, worst, examples. Of equally bad or large
    keys the first of the file count, and of other subjects the last by name, so that two runs say the same. A check
    that says where its keys lie has only these places in the last two columns, and `details` has the rest: reading the
    names of millions of keys costs more than finding the keys.

    Args:
        check: the check.
        suppressions: what is left out.
        keys: the SELECT that stands for the view current_keys, None for the view itself.
    """
    suppressed = condition(suppressions, check.check_id)
    none = suppressed == "false"
    return _SUMS.format(
        keys=_keys(keys),
        rows=_rows(check),
        unsuppressed="" if none else f" FILTER (WHERE NOT ({suppressed}))",
        suppressed_keys="0" if none else f"count(*) FILTER (WHERE {suppressed})",
        worst="record_offset" if check.says_where else _WORDS,
        example="record_offset" if check.says_where else "name::VARCHAR",
        first="-record_offset" if check.says_where else "name",
        rank=_RANK,
        size=_SIZE,
    )


def details(check: Check, keys: str | None, places: Sequence[int] | None) -> str:
    """The query of offset, figures, message and name of flagged keys at these places; None: at those of `$places`."""
    at = "SELECT unnest($places::BIGINT[])" if places is None else ", ".join(map(str, places)) or "NULL"
    return _DETAILS.format(keys=_keys(keys), rows=_rows(check), places=at)


def _keys(keys: str | None) -> str:
    return "" if keys is None else f"current_keys AS NOT MATERIALIZED (\n{keys}\n),\n\n"


def _rows(check: Check) -> str:
    return _ONCE_PER_STREAM.format(rows=check.sql) if check.subject == "stream-group" else check.sql


def keys(check: Check, suppressions: Sequence[Suppression]) -> str:
    """The query of every row that the check flags and no suppression covers."""
    return _KEYS.format(
        check_id=check.check_id,
        severity=check.severity,
        rows=check.sql,
        suppressed=condition(suppressions, check.check_id),
    )
