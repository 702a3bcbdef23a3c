/*---
title: The snapshot that checks look at
description: The newest one, or the one that the variable snapshot_id names.
columns_of: snapshots
columns:
  snapshot_id: identity of the snapshot
  taken_at_ms: when the dump was taken, Unix milliseconds
---*/
SELECT s.*
FROM snapshots AS s
WHERE s.snapshot_id = coalesce(getvariable('snapshot_id'), (SELECT max(n.snapshot_id) FROM snapshots AS n))
