/*---
title: Key figures
description: Sums over the snapshots of the report.
columns:
  keys: count | keys | keys
  expiring_keys: count | keys that expire | keys with an expiry
  memory_bytes: bytes | memory | memory of all keys, NULL where unknown
  value_bytes: bytes | payload | payload without any overhead
  dump_bytes: bytes | keys in the file | bytes that the keys take in the files
  patterns: count | patterns | patterns of names
---*/
SELECT
    CAST(coalesce(sum(f.keys), 0) AS BIGINT) AS keys,
    CAST(coalesce(sum(f.expiring_keys), 0) AS BIGINT) AS expiring_keys,
    CAST(sum(f.memory_bytes) AS BIGINT) AS memory_bytes,
    CAST(sum(f.value_bytes) AS BIGINT) AS value_bytes,
    CAST(coalesce(sum(f.dump_bytes), 0) AS BIGINT) AS dump_bytes,
    count(DISTINCT p.pattern) AS patterns
FROM pattern_forms AS f
INNER JOIN patterns AS p ON p.snapshot_id = f.snapshot_id AND p.pattern_id = f.pattern_id
WHERE f.snapshot_id IN (SELECT unnest(getvariable('snapshots')))
