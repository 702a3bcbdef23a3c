/*---
title: Patterns
description: Names that differ only in their variable parts, the largest first.
limit: 150
columns:
  pattern: pattern | pattern | the name with its variable parts replaced
  types: text | types | types of the keys
  keys: count | keys | keys
  memory_bytes: bytes | memory | sum of memory_bytes
  value_bytes: bytes | payload | payload without any overhead
  mean_bytes: bytes | mean | mean size of a key
  max_bytes: bytes | largest | size of the largest key
  ttl_share: share | expire | share of the keys with an expiry
  share: share | share | part of all bytes
---*/
WITH sums AS (
    SELECT
        pattern,
        min(types) AS types,
        CAST(sum(keys) AS BIGINT) AS keys,
        CAST(sum(expiring_keys) AS BIGINT) AS expiring_keys,
        CAST(sum(memory_bytes) AS BIGINT) AS memory_bytes,
        CAST(sum(value_bytes) AS BIGINT) AS value_bytes,
        CAST(sum(coalesce(memory_bytes, value_bytes, dump_bytes)) AS BIGINT) AS size_bytes,
        max(max_bytes) AS max_bytes
    FROM patterns
    WHERE snapshot_id IN (SELECT unnest(getvariable('snapshots')))
    GROUP BY pattern
)

SELECT
    pattern,
    types,
    keys,
    memory_bytes,
    value_bytes,
    CAST(round(size_bytes / keys) AS BIGINT) AS mean_bytes,
    max_bytes,
    expiring_keys / keys AS ttl_share,
    size_bytes / nullif(sum(size_bytes) OVER (), 0) AS share
FROM sums
ORDER BY size_bytes DESC, pattern
