/*---
title: Sizes of keys
description: Powers of four, by memory where it is known, else by payload.
columns:
  from_bytes: bytes | from | lower bound of the class, inclusive
  below_bytes: bytes | below | upper bound of the class, exclusive
  keys: count | keys | keys in the class
  total_bytes: bytes | bytes | sum of their sizes
---*/
WITH classed AS (
    SELECT
        coalesce(memory_bytes, value_bytes, dump_bytes) AS size,
        CASE
            WHEN coalesce(memory_bytes, value_bytes, dump_bytes) < 64 THEN 0
            ELSE CAST(floor(log2(coalesce(memory_bytes, value_bytes, dump_bytes)) / 2) AS BIGINT) - 2
        END AS class
    FROM key_rows
    WHERE snapshot_id IN (SELECT unnest(getvariable('snapshots')))
)

SELECT
    CASE WHEN class = 0 THEN 0 ELSE CAST(power(4, class + 2) AS BIGINT) END AS from_bytes,
    CAST(power(4, class + 3) AS BIGINT) AS below_bytes,
    count(*) AS keys,
    CAST(sum(size) AS BIGINT) AS total_bytes
FROM classed
GROUP BY class
ORDER BY class
