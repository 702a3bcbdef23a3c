/*---
title: Difference by type and encoding
description: From the roll-ups; types that did not change are left out.
columns:
  type: what TYPE answers
  encoding: what OBJECT ENCODING answers
  old_keys: keys before
  new_keys: keys after
  old_bytes: bytes before
  new_bytes: bytes after
  difference_bytes: after minus before
---*/
WITH sums AS (
    SELECT
        n.type,
        n.encoding,
        CAST(sum(CASE WHEN f.snapshot_id = getvariable('old_snapshot') THEN f.keys ELSE 0 END) AS BIGINT) AS old_keys,
        CAST(sum(CASE WHEN f.snapshot_id = getvariable('new_snapshot') THEN f.keys ELSE 0 END) AS BIGINT) AS new_keys,
        CAST(sum(CASE
            WHEN f.snapshot_id <> getvariable('old_snapshot') THEN 0
            WHEN getvariable('by_memory') THEN coalesce(f.memory_bytes, f.value_bytes, f.dump_bytes)
            ELSE coalesce(f.value_bytes, f.dump_bytes)
        END) AS BIGINT) AS old_bytes,
        CAST(sum(CASE
            WHEN f.snapshot_id <> getvariable('new_snapshot') THEN 0
            WHEN getvariable('by_memory') THEN coalesce(f.memory_bytes, f.value_bytes, f.dump_bytes)
            ELSE coalesce(f.value_bytes, f.dump_bytes)
        END) AS BIGINT) AS new_bytes
    FROM pattern_forms AS f
    INNER JOIN form_numbers AS n ON n.snapshot_id = f.snapshot_id AND n.form_id = f.form_id
    WHERE f.snapshot_id IN (getvariable('old_snapshot'), getvariable('new_snapshot'))
    GROUP BY n.type, n.encoding
)

SELECT
    type,
    encoding,
    old_keys,
    new_keys,
    old_bytes,
    new_bytes,
    new_bytes - old_bytes AS difference_bytes
FROM sums
WHERE old_keys <> new_keys OR old_bytes <> new_bytes
ORDER BY abs(new_bytes - old_bytes) DESC, type, encoding
