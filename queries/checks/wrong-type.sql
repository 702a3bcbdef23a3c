/*---
title: Another type than the conventions say
severity: medium
confidence: high
subject: key
needs: conventions
why: A command for the agreed type answers WRONGTYPE on these keys.
fix: Find the writer; rename, delete or rewrite the keys.
before: `app:leaderboard:week` is a list
after: a sorted set, as the table says
---*/
WITH -- Patterns whose keys are all of the agreed type need no look at the keys.
suspects AS (
    SELECT p.pattern_id, d.row_no
    FROM current_patterns AS p
    INNER JOIN documented_patterns AS d ON d.pattern_id = p.pattern_id
    INNER JOIN conventions AS c ON c.row_no = d.row_no
    WHERE c.type IS NOT NULL AND p.types <> c.type
),

matched AS (
    SELECT k.*, d.row_no
    FROM current_keys AS k
    INNER JOIN suspects AS d ON d.pattern_id = k.pattern_id

    UNION ALL

    SELECT k.*, d.row_no
    FROM current_keys AS k
    INNER JOIN documented_keys AS d ON d.record_offset = k.record_offset
    WHERE d.row_no IS NOT NULL
)

SELECT
    k.db,
    k.name,
    k.raw,
    k.pattern,
    CAST(NULL AS DOUBLE) AS measured,
    CAST(NULL AS DOUBLE) AS threshold,
    CAST(NULL AS VARCHAR) AS unit,
    'the type is ' || k.type || ', the conventions say ' || c.type AS message,
    k.memory_bytes,
    CAST(NULL AS BIGINT) AS saving_bytes,
    k.record_offset
FROM matched AS k
INNER JOIN conventions AS c ON c.row_no = k.row_no
WHERE c.type IS NOT NULL AND c.type <> k.type
