/*---
title: Empty segments in the name
severity: low
confidence: medium
subject: key
why: An empty level is nearly always a variable that was empty when the name was put together: all such writes
  hit one key.
fix: Refuse empty ids where names are built. Double colons that a library uses throughout as its own separator
  are left alone.
before: `app:user::profile`
after: `app:user:17:profile`
---*/
WITH judged AS (
    SELECT
        p.pattern_id,
        p.pattern,
        p.first_segment,
        contains(p.pattern, '::') AS doubled,
        starts_with(substr(p.pattern, length(p.first_segment) + 1), '::') AS doubled_first,
        contains(substr(p.pattern, length(p.first_segment) + 3), '::') AS doubled_later,
        p.pattern LIKE '%:' AS trailing
    FROM current_patterns AS p
    WHERE p.namespace IS NOT NULL
),

-- A library that writes `name::key` throughout has chosen its separator.
chosen AS (
    SELECT first_segment
    FROM judged
    GROUP BY first_segment
    HAVING count(*) = count(*) FILTER (WHERE doubled_first) OR count(*) FILTER (WHERE doubled_first) > 1
),

flagged AS (
    SELECT j.pattern_id
    FROM judged AS j
    LEFT JOIN chosen AS c ON c.first_segment = j.first_segment
    WHERE
        j.trailing
        OR (j.doubled_first AND c.first_segment IS NULL)
        -- An address or a path inside a name brings its own colons and slashes.
        OR (j.doubled_later AND NOT contains(j.pattern, '//') AND NOT contains(j.pattern, '{ip}'))
)

SELECT
    k.db,
    k.name,
    k.raw,
    k.pattern,
    CAST(NULL AS DOUBLE) AS measured,
    CAST(NULL AS DOUBLE) AS threshold,
    CAST(NULL AS VARCHAR) AS unit,
    'the name has an empty segment' AS message,
    k.memory_bytes,
    CAST(NULL AS BIGINT) AS saving_bytes,
    k.record_offset
FROM current_keys AS k
WHERE k.pattern_id IN (SELECT f.pattern_id FROM flagged AS f)
