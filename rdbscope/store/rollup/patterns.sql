-- A percentile is the mean of the class in which it falls: exact where all keys of that class have one size.
INSERT INTO patterns
WITH totals AS (
    SELECT
        pattern_id,
        sum(keys)::BIGINT AS keys,
        sum(expiring_keys)::BIGINT AS expiring_keys,
        sum(memory_bytes)::BIGINT AS memory_bytes,
        sum(value_bytes)::BIGINT AS value_bytes,
        sum(key_bytes)::BIGINT AS key_bytes,
        sum(dump_bytes)::BIGINT AS dump_bytes,
        max(max_bytes) AS max_bytes
    FROM key_groups
    GROUP BY pattern_id
),

classes AS (
    SELECT
        pattern_id,
        size_class,
        sum(size_bytes) / sum(keys) AS mean_bytes,
        sum(sum(keys)) OVER (PARTITION BY pattern_id ORDER BY size_class) AS keys_up_to,
        sum(sum(keys)) OVER (PARTITION BY pattern_id) AS keys
    FROM key_groups
    GROUP BY pattern_id, size_class
),

percentiles AS (
    SELECT
        pattern_id,
        round(min_by(mean_bytes, size_class) FILTER (WHERE keys_up_to >= 0.50 * keys))::BIGINT AS p50_bytes,
        round(min_by(mean_bytes, size_class) FILTER (WHERE keys_up_to >= 0.95 * keys))::BIGINT AS p95_bytes,
        round(min_by(mean_bytes, size_class) FILTER (WHERE keys_up_to >= 0.99 * keys))::BIGINT AS p99_bytes
    FROM classes
    GROUP BY pattern_id
),

type_counts AS (
    SELECT g.pattern_id, f.type, sum(g.keys) AS keys
    FROM key_groups AS g
    INNER JOIN forms AS f ON f.snapshot_id = $snapshot_id AND f.form_id = g.form_id
    GROUP BY g.pattern_id, f.type
),

names AS (
    SELECT
        final_id,
        min(shortest_name_bytes) AS shortest_name_bytes,
        max(longest_name_bytes) AS longest_name_bytes,
        bool_or(unsafe_names) AS unsafe_names,
        bool_or(braced_names) AS braced_names
    FROM pattern_merges
    WHERE snapshot_id = $snapshot_id
    GROUP BY final_id
),

types AS (
    SELECT pattern_id, string_agg(type, ', ' ORDER BY keys DESC, type) AS types
    FROM type_counts
    GROUP BY pattern_id
)

SELECT
    $snapshot_id,
    p.pattern_id,
    p.pattern,
    p.namespace,
    p.prefix,
    p.depth,
    p.node_id,
    t.keys,
    t.expiring_keys,
    t.expiring_keys / t.keys,
    y.types,
    t.memory_bytes,
    t.value_bytes,
    t.key_bytes,
    t.dump_bytes,
    q.p50_bytes,
    q.p95_bytes,
    q.p99_bytes,
    t.max_bytes,
    n.shortest_name_bytes,
    n.longest_name_bytes,
    n.unsafe_names,
    n.braced_names
FROM new_patterns AS p
INNER JOIN totals AS t ON t.pattern_id = p.pattern_id
LEFT JOIN percentiles AS q ON q.pattern_id = p.pattern_id
LEFT JOIN types AS y ON y.pattern_id = p.pattern_id
LEFT JOIN names AS n ON n.final_id = p.pattern_id
