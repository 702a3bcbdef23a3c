/*---
title: Snapshots that checks on history compare
description: Those that are there, damaged ones left out, and of the last weeks one a day of those that prune dropped.
needs: node_history
columns:
  snapshot_id: the snapshot, which may have been dropped
  lineage: equal for snapshots of one node
  at_ms: when the dump was taken, else when it was loaded, Unix milliseconds
  keys: keys
  memory_bytes: memory of all keys, NULL where unknown
---*/
SELECT h.snapshot_id, h.lineage, h.at_ms, s.keys, s.memory_bytes
FROM node_history AS h
INNER JOIN snapshots AS s ON s.snapshot_id = h.snapshot_id
WHERE s.damage IS NULL
UNION ALL
SELECT p.snapshot_id, p.lineage, p.at_ms, p.keys, p.memory_bytes
FROM past_points AS p
WHERE p.pattern IS NULL
