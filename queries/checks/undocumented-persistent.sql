/*---
title: Keys without expiry that the conventions do not name
severity: low
confidence: high
subject: key
needs: conventions
why: A key without an expiry stays until somebody deletes it, and nobody agreed that it should.
fix: Give the keys an expiry, or write the row with TTL None.
before: `app:debug:trace_17` without expiry, in no row
after: `SET app:debug:trace_17 … EX 3600`
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
    'no expiry, and no row of the conventions says that it stays' AS message,
    k.memory_bytes,
    CAST(NULL AS BIGINT) AS saving_bytes,
    k.record_offset
FROM undocumented AS k
WHERE k.expires_at_ms IS NULL
