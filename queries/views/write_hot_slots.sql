/*---
title: Writes by cluster slot
description: From the log of a snapshot; the slot is computed from the name, cluster or not.
columns:
  snapshot_id: the snapshot
  slot: cluster slot, 0 to 16383
  keys: keys that were written
  writes: commands that wrote them
  log_bytes: bytes of log about them
---*/
SELECT
    a.snapshot_id,
    a.slot,
    count(*) AS keys,
    CAST(sum(a.writes) AS BIGINT) AS writes,
    CAST(sum(a.log_bytes) AS BIGINT) AS log_bytes
FROM aof_keys AS a
GROUP BY a.snapshot_id, a.slot
ORDER BY a.snapshot_id, writes DESC, a.slot
