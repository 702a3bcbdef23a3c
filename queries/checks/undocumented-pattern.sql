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
    CAST(NULL AS BIGINT) AS saving_bytes
FROM current_keys AS k
WHERE
    (
        k.pattern_id NOT IN (SELECT d.pattern_id FROM documented_patterns AS d)
        AND k.pattern_id NOT IN (SELECT d.pattern_id FROM doubtful_patterns AS d)
    )
    OR k.record_offset IN (SELECT d.record_offset FROM documented_keys AS d WHERE d.row_no IS NULL)
