/*---
title: Where the bytes are
description: Totals of every prefix; a key counts once at every depth.
limit: 250
columns:
  prefix: pattern | prefix | all segments from the first on
  parent: pattern | below | prefix one segment shorter, NULL at the top
  depth: number | depth | 1 for a first segment
  keys: count | keys | keys below the prefix
  expiring_keys: count | expire | keys with an expiry
  size_bytes: bytes | bytes | memory where it is known, else payload
  share: share | share | part of all bytes
  children: count | branches | prefixes one segment longer
---*/
WITH sums AS (
    SELECT
        n.prefix,
        p.prefix AS parent,
        n.depth,
        CAST(sum(n.keys) AS BIGINT) AS keys,
        CAST(sum(n.expiring_keys) AS BIGINT) AS expiring_keys,
        CAST(sum(coalesce(n.memory_bytes, n.value_bytes, n.dump_bytes)) AS BIGINT) AS size_bytes
    FROM prefix_nodes AS n
    LEFT JOIN prefix_nodes AS p ON p.snapshot_id = n.snapshot_id AND p.node_id = n.parent_id
    WHERE n.snapshot_id IN (SELECT unnest(getvariable('snapshots')))
    GROUP BY n.prefix, p.prefix, n.depth
),

branches AS (
    SELECT parent, count(*) AS children
    FROM sums
    WHERE parent IS NOT NULL
    GROUP BY parent
)

SELECT
    s.prefix,
    s.parent,
    s.depth,
    s.keys,
    s.expiring_keys,
    s.size_bytes,
    s.size_bytes / nullif(sum(CASE WHEN s.depth = 1 THEN s.size_bytes END) OVER (), 0) AS share,
    coalesce(b.children, 0) AS children
FROM sums AS s
LEFT JOIN branches AS b ON b.parent = s.prefix
ORDER BY s.size_bytes DESC, s.depth, s.prefix
