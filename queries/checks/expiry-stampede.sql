/*---
title: Many keys that expire in the same second
severity: medium
confidence: medium
subject: key
why: When they vanish together, everybody computes them again together.
fix: Add some random seconds to each expiry.
before: `EXPIRE key 3600` for a million keys in one loop
after: `EXPIRE key 3600 + random(300)`
params:
  min_keys: 1000 | keys | fewest keys of one second that are flagged
---*/
WITH -- Ten seconds with fewer keys than that have no such second, and cost less to count.
spans AS (
    SELECT CAST(floor(k.expires_at_ms / 1000.0) AS BIGINT) // 10 AS expires_at_10s
    FROM key_rows AS k
    INNER JOIN current_snapshot AS s ON s.snapshot_id = k.snapshot_id
    WHERE k.expires_at_ms IS NOT NULL
    GROUP BY CAST(floor(k.expires_at_ms / 1000.0) AS BIGINT) // 10
    HAVING count(*) >= coalesce(getvariable('expiry-stampede.min_keys'), 1000)
),

seconds AS (
    SELECT CAST(floor(k.expires_at_ms / 1000.0) AS BIGINT) AS expires_at_s, count(*) AS keys
    FROM key_rows AS k
    INNER JOIN current_snapshot AS s ON s.snapshot_id = k.snapshot_id
    INNER JOIN spans AS m ON m.expires_at_10s = CAST(floor(k.expires_at_ms / 1000.0) AS BIGINT) // 10
    GROUP BY CAST(floor(k.expires_at_ms / 1000.0) AS BIGINT)
    HAVING count(*) >= coalesce(getvariable('expiry-stampede.min_keys'), 1000)
)

SELECT
    k.db,
    k.name,
    k.raw,
    k.pattern,
    CAST(e.keys AS DOUBLE) AS measured,
    CAST(coalesce(getvariable('expiry-stampede.min_keys'), 1000) AS DOUBLE) AS threshold,
    'keys' AS unit,
    CAST(e.keys AS VARCHAR) || ' keys expire in the same second' AS message,
    k.memory_bytes,
    CAST(NULL AS BIGINT) AS saving_bytes,
    k.record_offset
FROM current_keys AS k
INNER JOIN seconds AS e ON e.expires_at_s = CAST(floor(k.expires_at_ms / 1000.0) AS BIGINT)
