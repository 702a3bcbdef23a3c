/*---
title: Patterns of the snapshots that checks on history compare
description: Of dropped snapshots only the larger ones are known.
columns:
  snapshot_id: the snapshot, which may have been dropped
  pattern: the pattern
  keys: keys
  memory_bytes: their memory, NULL where unknown
---*/
SELECT p.snapshot_id, p.pattern, p.keys, p.memory_bytes
FROM patterns AS p
UNION ALL
SELECT p.snapshot_id, p.pattern, p.keys, p.memory_bytes
FROM past_points AS p
WHERE p.pattern IS NOT NULL
