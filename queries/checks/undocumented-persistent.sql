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
    CAST(NULL AS BIGINT) AS saving_bytes
FROM current_keys AS k
WHERE
    k.expires_at_ms IS NULL
    AND (
        (
            k.pattern_id NOT IN (SELECT d.pattern_id FROM documented_patterns AS d)
            AND k.pattern_id NOT IN (SELECT d.pattern_id FROM doubtful_patterns AS d)
        )
        OR k.record_offset IN (SELECT d.record_offset FROM documented_keys AS d WHERE d.row_no IS NULL)
    )
