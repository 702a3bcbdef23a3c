/*---
title: What changed in each pattern, from the roll-ups alone
description: For snapshots whose keys are not kept any more: what came and went within a pattern cannot be told apart, so the difference of keys at the size of before counts as keys, the rest as values.
columns_of: pattern_changes
---*/
WITH joined AS (
    SELECT
        coalesce(n.pattern, o.pattern) AS pattern,
        coalesce(o.keys, 0) AS old_keys,
        coalesce(n.keys, 0) AS new_keys,
        coalesce(o.bytes, 0) AS old_bytes,
        coalesce(n.bytes, 0) AS new_bytes,
        coalesce(o.expiring_keys, 0) AS old_expiring,
        coalesce(n.expiring_keys, 0) AS new_expiring,
        CAST(round(
            (coalesce(n.keys, 0) - coalesce(o.keys, 0))
            * coalesce(o.bytes / nullif(o.keys, 0), n.bytes / nullif(n.keys, 0))
        ) AS BIGINT) AS by_keys
    FROM (FROM pattern_totals WHERE snapshot_id = getvariable('old_snapshot')) AS o
    FULL OUTER JOIN (FROM pattern_totals WHERE snapshot_id = getvariable('new_snapshot')) AS n
        ON n.pattern = o.pattern
)

SELECT
    pattern,
    old_keys,
    new_keys,
    old_bytes,
    new_bytes,
    new_bytes - old_bytes AS difference_bytes,
    greatest(by_keys, 0) AS appeared_bytes,
    least(by_keys, 0) AS vanished_bytes,
    CAST(0 AS BIGINT) AS encoding_bytes,
    new_bytes - old_bytes - by_keys AS value_bytes,
    CAST(0 AS BIGINT) AS ttl_bytes,
    CAST(0 AS BIGINT) AS model_bytes,
    greatest(new_keys - old_keys, 0) AS appeared_keys,
    greatest(old_keys - new_keys, 0) AS vanished_keys,
    CAST(NULL AS BIGINT) AS grown_keys,
    CAST(NULL AS BIGINT) AS shrunk_keys,
    CAST(NULL AS BIGINT) AS flipped_keys,
    CAST(NULL AS VARCHAR) AS flip,
    CAST(NULL AS BIGINT) AS ttl_lost_keys,
    CAST(NULL AS BIGINT) AS ttl_gained_keys,
    CAST(NULL AS BIGINT) AS ttl_moved_keys,
    old_expiring / nullif(old_keys, 0) AS old_ttl_share,
    new_expiring / nullif(new_keys, 0) AS new_ttl_share
FROM joined
WHERE old_keys <> new_keys OR old_bytes <> new_bytes OR old_expiring <> new_expiring
