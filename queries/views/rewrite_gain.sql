/*---
title: What a rewrite of the log would gain
description: Bytes of log against bytes of the live data; a rewrite replaces the first by about the second.
columns:
  snapshot_id: the snapshot
  log_bytes: bytes of commands in the log
  dump_bytes: bytes of the dump that the log begins with
  live_bytes: names and payload of the live keys
  gain_bytes: what a rewrite would free, at least 0
---*/
WITH files AS (
    SELECT p.snapshot_id, sum(p.log_bytes) AS log_bytes, sum(p.dump_bytes) AS dump_bytes
    FROM aof_parts AS p
    GROUP BY p.snapshot_id
),

live AS (
    SELECT f.snapshot_id, sum(coalesce(f.value_bytes, 0) + f.key_bytes) AS live_bytes
    FROM pattern_forms AS f
    GROUP BY f.snapshot_id
)

SELECT
    f.snapshot_id,
    CAST(f.log_bytes AS BIGINT) AS log_bytes,
    CAST(f.dump_bytes AS BIGINT) AS dump_bytes,
    CAST(coalesce(l.live_bytes, 0) AS BIGINT) AS live_bytes,
    CAST(greatest(f.log_bytes + f.dump_bytes - coalesce(l.live_bytes, 0), 0) AS BIGINT) AS gain_bytes
FROM files AS f
LEFT JOIN live AS l ON l.snapshot_id = f.snapshot_id
