/*---
title: Which snapshots are of the same node
description: A node that was named counts, else the file's name without dates; parts of the keys, and other servers, are apart.
columns:
  snapshot_id: the snapshot
  node: the node as given, NULL where none was
  origin: equal for snapshots of one node, whatever part of the keys they hold
  lineage: equal for snapshots of one node that hold the same part, for the same server
  at_ms: when the dump was taken, else when it was loaded, Unix milliseconds
  age_rank: 1 for the newest snapshot of the node
---*/
WITH named AS (
    SELECT
        snapshot_id,
        node,
        scope,
        coalesce(
            'node ' || node,
            -- A file per night: dump-2026-11-24.rdb, dump.20261124T0400.rdb, dump-1764000000.rdb.
            'file ' || regexp_replace(
                name, '([0-9]{4}[-_.]?[0-9]{2}[-_.]?[0-9]{2}|[0-9]{10,13})([T _-]?[0-9]{2}[-_:.]?[0-9]{2}([-_:.]?[0-9]{2})?Z?)?',
                '', 'g'
            )
        ) AS origin,
        coalesce(taken_at_ms, epoch_ms(loaded_at)) AS at_ms
    FROM snapshots
),

lines AS (
    SELECT
        snapshot_id,
        node,
        origin,
        origin || coalesce(' (' || scope || ')', '') AS lineage,
        at_ms
    FROM named
)

SELECT
    snapshot_id,
    node,
    origin,
    lineage,
    at_ms,
    row_number() OVER (PARTITION BY lineage ORDER BY at_ms DESC, snapshot_id DESC) AS age_rank
FROM lines
