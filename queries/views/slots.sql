/*---
title: Keys and bytes per cluster slot
description: One row per slot that holds keys; the slot is computed from the name, cluster or not.
columns:
  snapshot_id: the snapshot
  slot: cluster slot, 0 to 16383
  keys: keys in the slot
  expiring_keys: keys with an expiry
  memory_bytes: sum of memory_bytes, NULL where unknown
  value_bytes: payload without any overhead
  dump_bytes: bytes in the file
---*/
SELECT
    snapshot_id,
    slot,
    count(*) AS keys,
    count(expires_at_ms) AS expiring_keys,
    CAST(sum(memory_bytes) AS BIGINT) AS memory_bytes,
    CAST(sum(value_bytes) AS BIGINT) AS value_bytes,
    CAST(sum(dump_bytes) AS BIGINT) AS dump_bytes
FROM key_rows
GROUP BY snapshot_id, slot

UNION ALL

SELECT *
FROM kept_slots
