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
  size_bytes: memory where it is known, else payload and name
---*/
SELECT
    snapshot_id,
    slot,
    keys,
    expiring_keys,
    memory_bytes,
    value_bytes,
    dump_bytes,
    size_bytes
FROM slot_rows
