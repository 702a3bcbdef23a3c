/*---
title: Time to live
description: Time left when the snapshot was taken.
columns:
  time_left: text | time left | the class in words
  keys: count | keys | keys in the class
  size_bytes: bytes | bytes | memory where it is known, else payload
---*/
WITH classed AS (
    SELECT
        CASE
            WHEN k.expires_at_ms IS NULL THEN 9
            WHEN s.taken_at_ms IS NULL THEN 8
            WHEN k.expires_at_ms <= s.taken_at_ms THEN 0
            WHEN k.expires_at_ms <= s.taken_at_ms + 60000 THEN 1
            WHEN k.expires_at_ms <= s.taken_at_ms + 3600000 THEN 2
            WHEN k.expires_at_ms <= s.taken_at_ms + 86400000 THEN 3
            WHEN k.expires_at_ms <= s.taken_at_ms + 604800000 THEN 4
            WHEN k.expires_at_ms <= s.taken_at_ms + 2592000000 THEN 5
            WHEN k.expires_at_ms <= s.taken_at_ms + 31536000000 THEN 6
            ELSE 7
        END AS class,
        coalesce(k.memory_bytes, k.value_bytes, k.dump_bytes) AS size_bytes
    FROM key_rows AS k
    INNER JOIN snapshots AS s ON s.snapshot_id = k.snapshot_id
    WHERE k.snapshot_id IN (SELECT unnest(getvariable('snapshots')))
)

SELECT
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
    CAST(sum(size_bytes) AS BIGINT) AS size_bytes
FROM classed
GROUP BY class
ORDER BY class
