/*---
title: Totals of every prefix
description: One row per prefix at every depth; a key counts once per depth, so the parts never exceed the whole.
columns:
  snapshot_id: the snapshot
  depth: 1 for a first segment
  prefix: all segments from the first on, variable parts replaced; with a colon at the end where more follows
  segment: the last segment of the prefix
  keys: keys below the prefix
  expiring_keys: keys with an expiry
  memory_bytes: sum of memory_bytes, NULL where unknown
  value_bytes: payload without any overhead
  dump_bytes: bytes in the file
  share: part of the snapshot's bytes, 0 to 1
  node_id: number of the node
  parent_id: node of the prefix one segment shorter, NULL at the top
---*/
SELECT
    n.snapshot_id,
    n.depth,
    n.prefix,
    n.segment,
    n.keys,
    n.expiring_keys,
    n.memory_bytes,
    n.value_bytes,
    n.dump_bytes,
    coalesce(n.memory_bytes, n.value_bytes, n.dump_bytes)
    / nullif(sum(CASE WHEN n.depth = 1 THEN coalesce(n.memory_bytes, n.value_bytes, n.dump_bytes) END)
        OVER (PARTITION BY n.snapshot_id), 0) AS share,
    n.node_id,
    n.parent_id
FROM prefix_nodes AS n
