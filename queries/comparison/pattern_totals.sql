/*---
title: Keys and bytes by pattern in both snapshots
description: By the name under which patterns are compared; from the roll-ups, without a pass over the keys.
columns:
  snapshot_id: the snapshot
  pattern: name that both snapshots share
  keys: keys
  expiring_keys: keys with an expiry
  bytes: memory where both snapshots know it, else payload, else bytes in the file
---*/
WITH names AS (
    -- A thinned snapshot has no pattern_merges: its names are those of patterns already.
    SELECT DISTINCT n.snapshot_id, coalesce(m.final_id, n.pattern_id) AS final_id, n.pattern
    FROM pattern_names AS n
    LEFT JOIN pattern_merges AS m ON m.snapshot_id = n.snapshot_id AND m.pattern_id = n.pattern_id
)

SELECT
    f.snapshot_id,
    n.pattern,
    CAST(sum(f.keys) AS BIGINT) AS keys,
    CAST(sum(f.expiring_keys) AS BIGINT) AS expiring_keys,
    CAST(sum(CASE
        WHEN getvariable('by_memory') THEN coalesce(f.memory_bytes, f.value_bytes, f.dump_bytes)
        ELSE coalesce(f.value_bytes, f.dump_bytes)
    END) AS BIGINT) AS bytes
FROM pattern_forms AS f
INNER JOIN names AS n ON n.snapshot_id = f.snapshot_id AND n.final_id = f.pattern_id
WHERE f.snapshot_id IN (getvariable('old_snapshot'), getvariable('new_snapshot'))
GROUP BY f.snapshot_id, n.pattern
