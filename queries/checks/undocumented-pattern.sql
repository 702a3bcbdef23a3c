/*---
title: Keys that no row of the conventions describes
severity: low
confidence: high
subject: key
needs: conventions
why: What is not written down has no owner, no agreed lifetime and no agreed type.
fix: Add a row to the conventions table, or rename or delete the keys.
before: `app:tmp:scratch:17`, in no row
after: a row `app:tmp:scratch:{id} | String | 1h | …`
---*/
WITH -- Whole patterns first: where there is none, no key is read.
nowhere AS (
    SELECT p.pattern_id
    FROM current_patterns AS p
    WHERE
        p.pattern_id NOT IN (SELECT d.pattern_id FROM documented_patterns AS d)
        AND p.pattern_id NOT IN (SELECT d.pattern_id FROM doubtful_patterns AS d)
),

undocumented AS (
    SELECT k.*
    FROM current_keys AS k
    INNER JOIN nowhere AS n ON n.pattern_id = k.pattern_id

    UNION ALL

    SELECT k.*
    FROM current_keys AS k
    INNER JOIN documented_keys AS d ON d.record_offset = k.record_offset
    WHERE d.row_no IS NULL
)

SELECT
    k.db,
    k.name,
    k.raw,
    k.pattern,
    CAST(NULL AS DOUBLE) AS measured,
    CAST(NULL AS DOUBLE) AS threshold,
    CAST(NULL AS VARCHAR) AS unit,
    'no row of the conventions matches the name' AS message,
    k.memory_bytes,
    CAST(NULL AS BIGINT) AS saving_bytes,
    k.record_offset
FROM undocumented AS k
