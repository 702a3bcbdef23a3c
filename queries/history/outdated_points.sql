/*---
title: What nobody needs any more of dropped snapshots
description: Points more than seventy days before the newest that was dropped of their node, and those of nodes without snapshots.
needs: node_history, past_points
columns:
  snapshot_id: the snapshot that was dropped
---*/
WITH newest AS (
    -- A snapshot of a wrong clock would be the newest for years, and is never dropped.
    SELECT p.lineage, max(p.at_ms) AS at_ms
    FROM past_points AS p
    GROUP BY p.lineage
)

SELECT DISTINCT p.snapshot_id
FROM past_points AS p
INNER JOIN newest AS n ON n.lineage = p.lineage
WHERE
    p.at_ms < n.at_ms - 6048000000
    OR NOT EXISTS (SELECT 1 FROM node_history AS h WHERE h.lineage = p.lineage)
