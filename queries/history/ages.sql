/*---
title: What retention has to know of each snapshot
description: Node, age, and whether the key rows are there.
needs: node_history
columns:
  snapshot_id: the snapshot
  lineage: equal for snapshots of one node
  at_ms: when it was taken, else when it was loaded, Unix milliseconds
  detailed: whether its key rows are there
---*/
SELECT
    s.snapshot_id,
    h.lineage,
    h.at_ms,
    s.detail = 'keys' AS detailed
FROM snapshots AS s
INNER JOIN node_history AS h ON h.snapshot_id = s.snapshot_id
