/*---
title: Expiry forecast
description: What will be gone within a time, counted from the snapshot; what has expired already included.
columns:
  within: text | within | the horizon
  keys: count | keys | keys that expire within it
  size_bytes: bytes | bytes | memory where it is known, else payload
  share: share | share | part of all bytes
---*/
WITH horizons AS (
    SELECT * FROM (VALUES (1, '1 hour'), (6, '6 hours'), (24, '24 hours'), (168, '7 days')) AS t (hours, within)
),

expiring AS (
    SELECT
        CASE
            WHEN k.expires_at_ms <= s.taken_at_ms + 3600000 THEN 1
            WHEN k.expires_at_ms <= s.taken_at_ms + 21600000 THEN 6
            WHEN k.expires_at_ms <= s.taken_at_ms + 86400000 THEN 24
            WHEN k.expires_at_ms <= s.taken_at_ms + 604800000 THEN 168
        END AS hours,
        count(*) AS keys,
        sum(coalesce(k.memory_bytes, k.value_bytes, k.dump_bytes)) AS size_bytes
    FROM key_rows AS k
    INNER JOIN snapshots AS s ON s.snapshot_id = k.snapshot_id
    WHERE k.snapshot_id IN (SELECT unnest(getvariable('snapshots')))
    GROUP BY hours
),

whole AS (
    SELECT sum(size_bytes) AS size_bytes FROM expiring
)

SELECT
    h.within,
    CAST(coalesce(sum(e.keys), 0) AS BIGINT) AS keys,
    CAST(coalesce(sum(e.size_bytes), 0) AS BIGINT) AS size_bytes,
    coalesce(sum(e.size_bytes), 0) / nullif(max(w.size_bytes), 0) AS share
FROM horizons AS h
CROSS JOIN whole AS w
LEFT JOIN expiring AS e ON e.hours <= h.hours
GROUP BY h.hours, h.within
ORDER BY h.hours
