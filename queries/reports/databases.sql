/*---
title: Databases
description: Numbered databases of the server.
columns:
  db: number | database | number of the database
  keys: count | keys | keys
  expiring_keys: count | expire | keys with an expiry
  memory_bytes: bytes | memory | sum of memory_bytes
  value_bytes: bytes | payload | payload without any overhead
---*/
SELECT
    db,
    CAST(sum(keys) AS BIGINT) AS keys,
    CAST(sum(expiring_keys) AS BIGINT) AS expiring_keys,
    CAST(sum(memory_bytes) AS BIGINT) AS memory_bytes,
    CAST(sum(value_bytes) AS BIGINT) AS value_bytes
FROM pattern_forms
WHERE snapshot_id IN (SELECT unnest(getvariable('snapshots')))
GROUP BY db
ORDER BY db
