/*---
title: Largest slots
description: Single slots with the most bytes, beside what an even spread would give.
limit: 20
columns:
  slot: number | slot | cluster slot
  keys: count | keys | keys in the slot
  size_bytes: bytes | bytes | memory where it is known, else payload
  times_mean: ratio | × mean | bytes of the slot divided by the mean over all 16384 slots
---*/
WITH slots AS (
    SELECT
        slot,
        count(*) AS keys,
        CAST(sum(coalesce(memory_bytes, value_bytes, dump_bytes)) AS BIGINT) AS size_bytes
    FROM key_rows
    WHERE snapshot_id IN (SELECT unnest(getvariable('snapshots')))
    GROUP BY slot
)

SELECT
    slot,
    keys,
    size_bytes,
    size_bytes / nullif(sum(size_bytes) OVER () / 16384, 0) AS times_mean
FROM slots
ORDER BY size_bytes DESC, slot
