/*---
title: Keys by size
description: Powers of four, by memory where it is known, else by payload.
columns:
  snapshot_id: the snapshot
  from_bytes: lower bound of the class, inclusive
  below_bytes: upper bound of the class, exclusive
  keys: keys in the class
  total_bytes: sum of their sizes
---*/
WITH classed AS (
    SELECT
        snapshot_id,
        coalesce(memory_bytes, value_bytes, dump_bytes) AS size,
        CASE
            WHEN coalesce(memory_bytes, value_bytes, dump_bytes) < 64 THEN 0
            ELSE CAST(floor(log2(coalesce(memory_bytes, value_bytes, dump_bytes)) / 2) AS BIGINT) - 2
        END AS class
    FROM key_rows
)

SELECT
    snapshot_id,
    CASE WHEN class = 0 THEN 0 ELSE CAST(power(4, class + 2) AS BIGINT) END AS from_bytes,
    CAST(power(4, class + 3) AS BIGINT) AS below_bytes,
    count(*) AS keys,
    CAST(sum(size) AS BIGINT) AS total_bytes
FROM classed
GROUP BY snapshot_id, class
ORDER BY snapshot_id, class
