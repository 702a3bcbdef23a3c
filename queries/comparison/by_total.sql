/*---
title: Difference of the whole
description: One row per figure.
columns:
  figure: what is counted
  unit: keys or bytes
  old_value: before
  new_value: after
  difference: after minus before
  difference_share: difference as a part of the value before, NULL where that is 0 or unknown
---*/
WITH sides AS (
    SELECT
        o.keys AS old_keys,
        n.keys AS new_keys,
        o.expiring_keys AS old_expiring,
        n.expiring_keys AS new_expiring,
        o.memory_bytes AS old_memory,
        n.memory_bytes AS new_memory,
        o.source_bytes AS old_source,
        n.source_bytes AS new_source,
        o.used_memory_bytes AS old_used,
        n.used_memory_bytes AS new_used
    FROM snapshots AS o
    CROSS JOIN snapshots AS n
    WHERE o.snapshot_id = getvariable('old_snapshot') AND n.snapshot_id = getvariable('new_snapshot')
),

payload AS (
    SELECT
        CAST(sum(CASE WHEN snapshot_id = getvariable('old_snapshot') THEN value_bytes END) AS BIGINT) AS old_value,
        CAST(sum(CASE WHEN snapshot_id = getvariable('new_snapshot') THEN value_bytes END) AS BIGINT) AS new_value
    FROM pattern_forms
    WHERE snapshot_id IN (getvariable('old_snapshot'), getvariable('new_snapshot'))
),

keys_changed AS (
    SELECT
        CAST(sum(appeared_keys) AS BIGINT) AS appeared,
        CAST(sum(vanished_keys) AS BIGINT) AS vanished
    FROM pattern_changes
),

figures AS (
    SELECT 1 AS position, 'keys' AS figure, 'keys' AS unit, old_keys AS old_value, new_keys AS new_value FROM sides
    UNION ALL
    SELECT 2, 'keys that expire', 'keys', old_expiring, new_expiring FROM sides
    UNION ALL
    SELECT 3, 'new keys', 'keys', NULL, coalesce(appeared, 0) FROM keys_changed
    UNION ALL
    SELECT 4, 'keys gone', 'keys', coalesce(vanished, 0), NULL FROM keys_changed
    UNION ALL
    SELECT 5, 'memory', 'bytes', old_memory, new_memory FROM sides
    UNION ALL
    SELECT 6, 'payload', 'bytes', old_value, new_value FROM payload
    UNION ALL
    SELECT 7, 'file', 'bytes', old_source, new_source FROM sides
    UNION ALL
    SELECT 8, 'used by the server', 'bytes', old_used, new_used FROM sides
)

SELECT
    figure,
    unit,
    old_value,
    new_value,
    new_value - old_value AS difference,
    (new_value - old_value) / nullif(old_value, 0) AS difference_share
FROM figures
ORDER BY position
