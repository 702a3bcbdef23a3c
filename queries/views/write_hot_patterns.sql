/*---
title: What makes the log grow, by pattern
description: Writes and bytes of log by pattern of the written keys, the most bytes first.
columns:
  snapshot_id: the snapshot
  pattern: pattern of names among the written keys
  keys: keys that were written
  writes: commands that wrote them
  log_bytes: bytes of log about them
  share: part of the counted bytes of log, 0 to 1
---*/
SELECT
    a.snapshot_id,
    a.pattern,
    count(*) AS keys,
    CAST(sum(a.writes) AS BIGINT) AS writes,
    CAST(sum(a.log_bytes) AS BIGINT) AS log_bytes,
    sum(a.log_bytes) / nullif(sum(sum(a.log_bytes)) OVER (PARTITION BY a.snapshot_id), 0) AS share
FROM aof_keys AS a
GROUP BY a.snapshot_id, a.pattern
ORDER BY a.snapshot_id, log_bytes DESC, a.pattern
