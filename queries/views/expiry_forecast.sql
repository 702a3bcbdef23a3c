/*---
title: What will be gone, and when
description: Keys and bytes that expire within a horizon, counted from the time of the snapshot.
columns:
  snapshot_id: the snapshot
  hours: the horizon
  keys: keys that expire within it, those already expired included
  memory_bytes: their memory, NULL where unknown
  value_bytes: their payload
---*/
WITH horizons AS (
    SELECT * FROM (VALUES (1), (6), (24), (168)) AS t (hours)
),

expiring AS (
    SELECT
        k.snapshot_id,
        CASE
            WHEN k.expires_at_ms <= s.taken_at_ms + 3600000 THEN 1
            WHEN k.expires_at_ms <= s.taken_at_ms + 21600000 THEN 6
            WHEN k.expires_at_ms <= s.taken_at_ms + 86400000 THEN 24
            ELSE 168
        END AS within_hours,
        count(*) AS keys,
        sum(k.memory_bytes) AS memory_bytes,
        sum(k.value_bytes) AS value_bytes
    FROM key_rows AS k
    INNER JOIN snapshots AS s ON s.snapshot_id = k.snapshot_id
    WHERE k.expires_at_ms <= s.taken_at_ms + 604800000
    GROUP BY k.snapshot_id, within_hours
)

SELECT
    s.snapshot_id,
    h.hours,
    CAST(coalesce(sum(e.keys), 0) AS BIGINT) AS keys,
    CAST(sum(e.memory_bytes) AS BIGINT) AS memory_bytes,
    CAST(coalesce(sum(e.value_bytes), 0) AS BIGINT) AS value_bytes
FROM snapshots AS s
CROSS JOIN horizons AS h
LEFT JOIN expiring AS e ON e.snapshot_id = s.snapshot_id AND e.within_hours <= h.hours
WHERE s.taken_at_ms IS NOT NULL
GROUP BY s.snapshot_id, h.hours
ORDER BY s.snapshot_id, h.hours
