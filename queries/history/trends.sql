/*---
title: Growth of every node and pattern
description: One row per node and pattern, over all whole snapshots of the node, thinned ones too; the pattern NULL is the whole node.
needs: node_history, snapshots, patterns
columns:
  node: the node, or the file name without its dates; behind it in brackets which part of the keys, if not all
  pattern: the pattern, NULL for all keys of the node
  snapshots: snapshots of the node, or those that have the pattern
  days: days between the first and the last snapshot of the node
  first_bytes: memory in the node's first snapshot, 0 where the pattern is not in it
  last_bytes: memory in the newest snapshot
  first_keys: keys in the node's first snapshot
  last_keys: keys in the newest snapshot
  bytes_per_day: slope of a line through all snapshots (least squares), NULL with fewer than two
  keys_per_day: likewise for keys
  fit: share of the movement that the line explains, 0 to 1
  days_to_limit: days until the node reaches the limit if it grows on like this; NULL without limit or growth
  series: memory of each snapshot, the oldest first
---*/
WITH timed AS (
    SELECT
        h.snapshot_id,
        h.lineage,
        h.at_ms / 86400000.0 AS day,
        coalesce(s.memory_bytes, 0) AS memory_bytes,
        s.keys,
        row_number() OVER (PARTITION BY h.lineage ORDER BY h.at_ms DESC, h.snapshot_id DESC) AS age_rank
    FROM node_history AS h
    INNER JOIN snapshots AS s ON s.snapshot_id = h.snapshot_id
    -- What a damaged dump lacks has not gone.
    WHERE s.damage IS NULL
),

wanted AS (
    SELECT DISTINCT t.lineage, p.pattern
    FROM timed AS t
    INNER JOIN patterns AS p ON p.snapshot_id = t.snapshot_id
    WHERE t.age_rank = 1 OR getvariable('gone')
),

measured AS (
    SELECT
        w.lineage,
        w.pattern,
        t.snapshot_id,
        t.day,
        coalesce(p.memory_bytes, 0) AS memory_bytes,
        coalesce(p.keys, 0) AS keys
    FROM wanted AS w
    INNER JOIN timed AS t ON t.lineage = w.lineage
    LEFT JOIN patterns AS p ON p.snapshot_id = t.snapshot_id AND p.pattern = w.pattern
    UNION ALL
    SELECT t.lineage, NULL AS pattern, t.snapshot_id, t.day, t.memory_bytes, t.keys
    FROM timed AS t
),

lines AS (
    SELECT
        -- A node and files without one can have the same name.
        regexp_replace(lineage, '^(node|file) ', '') AS node,
        pattern,
        count(*) FILTER (WHERE keys > 0 OR pattern IS NULL) AS snapshots,
        max(day) - min(day) AS days,
        first(memory_bytes ORDER BY day, snapshot_id) AS first_bytes,
        last(memory_bytes ORDER BY day, snapshot_id) AS last_bytes,
        first(keys ORDER BY day, snapshot_id) AS first_keys,
        last(keys ORDER BY day, snapshot_id) AS last_keys,
        CASE WHEN max(day) > min(day) THEN regr_slope(memory_bytes, day) END AS bytes_per_day,
        CASE WHEN max(day) > min(day) THEN regr_slope(keys, day) END AS keys_per_day,
        CASE WHEN max(day) > min(day) THEN regr_r2(memory_bytes, day) END AS fit,
        list(memory_bytes ORDER BY day, snapshot_id) AS series
    FROM measured
    GROUP BY lineage, pattern
)

SELECT
    l.node,
    l.pattern,
    l.snapshots,
    round(l.days, 2) AS days,
    CAST(l.first_bytes AS BIGINT) AS first_bytes,
    CAST(l.last_bytes AS BIGINT) AS last_bytes,
    CAST(l.first_keys AS BIGINT) AS first_keys,
    CAST(l.last_keys AS BIGINT) AS last_keys,
    CAST(round(l.bytes_per_day) AS BIGINT) AS bytes_per_day,
    round(l.keys_per_day, 2) AS keys_per_day,
    round(l.fit, 3) AS fit,
    CASE
        WHEN l.pattern IS NULL AND n.limit_bytes <= l.last_bytes THEN 0
        WHEN l.pattern IS NULL AND l.bytes_per_day > 0 THEN round((n.limit_bytes - l.last_bytes) / l.bytes_per_day, 1)
    END AS days_to_limit,
    CAST(l.series AS BIGINT[]) AS series
FROM lines AS l
LEFT JOIN node_limits AS n ON n.node = l.node
WHERE
    (getvariable('node') IS NULL OR l.node = getvariable('node'))
    AND (getvariable('pattern') IS NULL OR l.pattern GLOB getvariable('pattern'))
