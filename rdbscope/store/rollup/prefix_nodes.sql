-- Each pattern has one leaf; its totals climb to the top, so a key counts once at every depth.
INSERT INTO prefix_nodes
WITH RECURSIVE climb AS (
    SELECT node_id, keys, expiring_keys, memory_bytes, value_bytes, dump_bytes
    FROM patterns
    WHERE snapshot_id = $snapshot_id

    UNION ALL

    SELECT
        n.parent_id,
        sum(c.keys)::BIGINT,
        sum(c.expiring_keys)::BIGINT,
        sum(c.memory_bytes)::BIGINT,
        sum(c.value_bytes)::BIGINT,
        sum(c.dump_bytes)::BIGINT
    FROM climb AS c
    INNER JOIN new_nodes AS n ON n.node_id = c.node_id
    WHERE n.parent_id IS NOT NULL
    GROUP BY n.parent_id
),

totals AS (
    SELECT
        node_id,
        sum(keys)::BIGINT AS keys,
        sum(expiring_keys)::BIGINT AS expiring_keys,
        sum(memory_bytes)::BIGINT AS memory_bytes,
        sum(value_bytes)::BIGINT AS value_bytes,
        sum(dump_bytes)::BIGINT AS dump_bytes
    FROM climb
    GROUP BY node_id
)

SELECT
    $snapshot_id,
    n.node_id,
    n.parent_id,
    n.depth,
    n.segment,
    n.prefix,
    t.keys,
    t.expiring_keys,
    t.memory_bytes,
    t.value_bytes,
    t.dump_bytes
FROM new_nodes AS n
INNER JOIN totals AS t ON t.node_id = n.node_id
ORDER BY n.node_id
