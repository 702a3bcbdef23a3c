/*---
title: Cluster slots
description: Bytes per sixteen slots; the slot follows from the name, whether the server is a cluster or not.
columns:
  from_slot: number | from slot | first of sixteen slots
  to_slot: number | to slot | last of sixteen slots
  keys: count | keys | keys in these slots
  size_bytes: bytes | bytes | memory where it is known, else payload
  used_slots: count | slots with keys | how many of the sixteen hold keys
---*/
SELECT
    CAST(floor(slot / 16) AS BIGINT) * 16 AS from_slot,
    CAST(floor(slot / 16) AS BIGINT) * 16 + 15 AS to_slot,
    count(*) AS keys,
    CAST(sum(coalesce(memory_bytes, value_bytes, dump_bytes)) AS BIGINT) AS size_bytes,
    count(DISTINCT slot) AS used_slots
FROM key_rows
WHERE snapshot_id IN (SELECT unnest(getvariable('snapshots')))
GROUP BY CAST(floor(slot / 16) AS BIGINT)
ORDER BY from_slot
