/*---
title: Keys by time left
description: Time to live when the snapshot was taken, in classes that people use.
columns:
  snapshot_id: the snapshot
  class: number of the class, in order of time
  time_left: the class in words
  keys: keys in the class
  memory_bytes: sum of memory_bytes, NULL where unknown
  value_bytes: payload without any overhead
---*/
WITH classed AS (
    SELECT
        k.snapshot_id,
        CASE
            WHEN k.expires_at_ms IS NULL THEN 9
            WHEN k.expires_at_ms <= s.taken_at_ms THEN 0
            WHEN k.expires_at_ms <= s.taken_at_ms + 60000 THEN 1
            WHEN k.expires_at_ms <= s.taken_at_ms + 3600000 THEN 2
            WHEN k.expires_at_ms <= s.taken_at_ms + 86400000 THEN 3
            WHEN k.expires_at_ms <= s.taken_at_ms + 604800000 THEN 4
            WHEN k.expires_at_ms <= s.taken_at_ms + 2592000000 THEN 5
            WHEN k.expires_at_ms <= s.taken_at_ms + 31536000000 THEN 6
            WHEN s.taken_at_ms IS NOT NULL THEN 7
            ELSE 8
        END AS class,
        k.memory_bytes,
        k.value_bytes
    FROM key_rows AS k
    INNER JOIN snapshots AS s ON s.snapshot_id = k.snapshot_id
)

SELECT
    snapshot_id,
    class,
    CASE class
        WHEN 0 THEN 'already expired'
        WHEN 1 THEN 'up to 1 minute'
        WHEN 2 THEN 'up to 1 hour'
        WHEN 3 THEN 'up to 1 day'
        WHEN 4 THEN 'up to 7 days'
        WHEN 5 THEN 'up to 30 days'
        WHEN 6 THEN 'up to 1 year'
        WHEN 7 THEN 'more than 1 year'
        WHEN 8 THEN 'unknown: the dump has no time'
        ELSE 'no expiry'
    END AS time_left,
    count(*) AS keys,
    CAST(sum(memory_bytes) AS BIGINT) AS memory_bytes,
    CAST(sum(value_bytes) AS BIGINT) AS value_bytes
FROM classed
GROUP BY snapshot_id, class
ORDER BY snapshot_id, class
