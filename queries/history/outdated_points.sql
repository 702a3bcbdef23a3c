/*---
title: What nobody needs any more of dropped snapshots
description: Points more than seventy days before the newest snapshot of their node, and those of nodes without any.
needs: node_history, past_points
columns:
  snapshot_id: the snapshot that was dropped
---*/
SELECT DISTINCT p.snapshot_id
FROM past_points AS p
LEFT JOIN node_history AS h ON h.lineage = p.lineage AND h.age_rank = 1
WHERE h.snapshot_id IS NULL OR p.at_ms < h.at_ms - 6048000000
