/*---
title: Keys that are read far more than all others
severity: medium
confidence: medium
subject: key
needs: lfu
why: One key lies on one node and is served by one thread: it is the limit of the whole cluster.
fix: Cache it in the clients (client-side caching), or spread copies over several names.
before: `GET config:all` on every request
after: client-side caching with tracking
params:
  min_frequency: 100 | counter | lowest counter that is flagged
  share: 0.001 | share | largest share of the keys that counts as few
---*/
WITH limits AS (
    SELECT
        greatest(
            coalesce(getvariable('hot-key.min_frequency'), 100),
            percentile_cont(1 - coalesce(getvariable('hot-key.share'), 0.001)) WITHIN GROUP (ORDER BY k.lfu_frequency)
        ) AS frequency
    FROM current_keys AS k
    WHERE k.lfu_frequency IS NOT NULL
)

SELECT
    k.db,
    k.name,
    k.raw,
    k.pattern,
    CAST(k.lfu_frequency AS DOUBLE) AS measured,
    CAST(l.frequency AS DOUBLE) AS threshold,
    'counter' AS unit,
    'access counter ' || CAST(k.lfu_frequency AS VARCHAR) || ' of 255' AS message,
    k.memory_bytes,
    CAST(NULL AS BIGINT) AS saving_bytes,
    k.record_offset
FROM current_keys AS k
CROSS JOIN limits AS l
WHERE k.lfu_frequency >= l.frequency
