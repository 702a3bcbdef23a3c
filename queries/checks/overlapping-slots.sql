/*---
title: Slots that two nodes hold
severity: high
confidence: medium
subject: slot
needs: nodes
why: A slot belongs to one master; keys of one slot on two nodes are leftovers of a resharding, or two dumps
  of one shard.
fix: Delete the keys on the node that does not own the slot, and set `--node` so that a replica is not taken
  for another shard.
before: slot 5000 on node A and on node B
after: slot 5000 on one node
---*/
WITH night AS (
    -- Master and replica hold the same slots; a cluster has its own.
    SELECT n.snapshot_id, coalesce(n.cluster || '/' || n.shard, n.node) AS node
    FROM snapshots AS n
    WHERE
        n.node IS NOT NULL
        AND n.cluster IS NOT DISTINCT FROM (SELECT s.cluster FROM current_snapshot AS s)
        AND n.snapshot_id = (
            SELECT max(m.snapshot_id)
            FROM snapshots AS m
            WHERE m.node = n.node AND m.scope IS NOT DISTINCT FROM n.scope
        )
        AND n.scope IS NOT DISTINCT FROM (SELECT s.scope FROM current_snapshot AS s)
),

held AS (
    SELECT r.slot, count(DISTINCT n.node) AS nodes, string_agg(DISTINCT n.node, ', ') AS names
    FROM slot_rows AS r
    INNER JOIN night AS n ON n.snapshot_id = r.snapshot_id
    GROUP BY r.slot
    HAVING count(DISTINCT n.node) > 1
)

SELECT
    CAST(NULL AS BIGINT) AS db,
    'slot ' || CAST(h.slot AS VARCHAR) AS name,
    CAST(NULL AS BLOB) AS raw,
    'slots on several nodes' AS pattern,
    CAST(h.nodes AS DOUBLE) AS measured,
    CAST(1 AS DOUBLE) AS threshold,
    'nodes' AS unit,
    'slot ' || CAST(h.slot AS VARCHAR) || ' has keys on ' || h.names AS message,
    CAST(NULL AS BIGINT) AS memory_bytes,
    CAST(NULL AS BIGINT) AS saving_bytes
FROM held AS h
