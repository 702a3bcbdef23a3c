/*---
title: Slots and nodes far above the mean
severity: medium
confidence: medium
subject: slot
why: A slot is the smallest part that can move to another node: a slot too large for its node cannot be helped
  by resharding; a node above the others fills up before them.
fix: Use finer hash tags; split the largest keys of the slot; move slots to other nodes (`redis-cli --cluster
  rebalance`).
before: one slot with 40 % of the bytes
after: no slot over ten times the mean
params:
  factor: 20 | times | how far above the mean a slot may be, by keys or bytes
  min_keys: 1000 | keys | fewest keys of a slot or node that is flagged
  node_factor: 1.5 | times | how far above the mean a node may be, by keys or bytes, where dumps of several are loaded
---*/
WITH slots_used AS (
    SELECT t.slot, t.keys, t.memory_bytes, t.size_bytes AS bytes
    FROM slots AS t
    INNER JOIN current_snapshot AS s ON s.snapshot_id = t.snapshot_id
),

totals AS (
    SELECT
        sum(u.keys) / 16384.0 AS mean_keys,
        sum(u.bytes) / 16384.0 AS mean_bytes
    FROM slots_used AS u
),

skewed AS (
    SELECT
        u.*,
        greatest(u.keys / t.mean_keys, u.bytes / nullif(t.mean_bytes, 0)) AS times
    FROM slots_used AS u
    CROSS JOIN totals AS t
    WHERE
        u.keys >= coalesce(getvariable('slot-skew.min_keys'), 1000)
        AND greatest(u.keys / t.mean_keys, u.bytes / nullif(t.mean_bytes, 0))
        > coalesce(getvariable('slot-skew.factor'), 20)
),

-- The tag of a name costs more than all the rest: only where it is shown.
tags AS (
    SELECT k.slot, mode(k.hash_tag) AS tag
    FROM current_keys AS k
    WHERE k.slot IN (SELECT u.slot FROM skewed AS u)
    GROUP BY k.slot
),

-- The newest dump of each node, where the one at hand is of a node.
shards AS (
    SELECT n.node, n.keys, n.memory_bytes
    FROM snapshots AS n
    WHERE
        n.node IS NOT NULL
        AND n.snapshot_id = (
            SELECT max(m.snapshot_id)
            FROM snapshots AS m
            WHERE m.node = n.node AND m.scope IS NOT DISTINCT FROM n.scope
        )
        AND n.scope IS NOT DISTINCT FROM (SELECT s.scope FROM current_snapshot AS s)
        AND n.cluster IS NOT DISTINCT FROM (SELECT s.cluster FROM current_snapshot AS s)
        AND (SELECT s.node FROM current_snapshot AS s) IS NOT NULL
),

crowded AS (
    SELECT
        h.*,
        m.nodes,
        greatest(h.keys / nullif(m.mean_keys, 0), h.memory_bytes / nullif(m.mean_bytes, 0)) AS times
    FROM shards AS h
    CROSS JOIN (SELECT count(*) AS nodes, avg(keys) AS mean_keys, avg(memory_bytes) AS mean_bytes FROM shards) AS m
    WHERE h.keys >= coalesce(getvariable('slot-skew.min_keys'), 1000)
)

SELECT
    CAST(NULL AS BIGINT) AS db,
    coalesce('{' || g.tag || '}', 'slot ' || CAST(u.slot AS VARCHAR)) AS name,
    CAST(NULL AS BLOB) AS raw,
    'slot ' || CAST(u.slot AS VARCHAR) AS pattern,
    CAST(u.times AS DOUBLE) AS measured,
    CAST(coalesce(getvariable('slot-skew.factor'), 20) AS DOUBLE) AS threshold,
    'times the mean' AS unit,
    'slot ' || CAST(u.slot AS VARCHAR) || ': ' || CAST(u.keys AS VARCHAR) || ' keys, '
    || human_bytes(u.bytes) AS message,
    CAST(u.memory_bytes AS BIGINT) AS memory_bytes,
    CAST(NULL AS BIGINT) AS saving_bytes
FROM skewed AS u
INNER JOIN tags AS g ON g.slot = u.slot

UNION ALL

SELECT
    CAST(NULL AS BIGINT) AS db,
    'node ' || c.node AS name,
    CAST(NULL AS BLOB) AS raw,
    'nodes' AS pattern,
    CAST(c.times AS DOUBLE) AS measured,
    CAST(coalesce(getvariable('slot-skew.node_factor'), 1.5) AS DOUBLE) AS threshold,
    'times the mean' AS unit,
    'node ' || c.node || ': ' || CAST(c.keys AS VARCHAR) || ' keys'
    || coalesce(', ' || human_bytes(c.memory_bytes), '') || ', ' || CAST(round(c.times, 1) AS VARCHAR)
    || ' times the mean of ' || CAST(c.nodes AS VARCHAR) || ' nodes' AS message,
    CAST(c.memory_bytes AS BIGINT) AS memory_bytes,
    CAST(NULL AS BIGINT) AS saving_bytes
FROM crowded AS c
WHERE c.times > coalesce(getvariable('slot-skew.node_factor'), 1.5)
