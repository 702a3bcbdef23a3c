/*---
title: Largest keys
description: By memory where it is known, else by payload.
columns:
  name: key | key | the key as safe text
  node: text | node | node of the snapshot
  db: number | db | number of the database
  type: text | type | what TYPE answers
  encoding: text | encoding | what OBJECT ENCODING answers
  elements: count | elements | length of a collection, bytes of a string
  memory_bytes: bytes | memory | memory of the key
  value_bytes: bytes | payload | payload without any overhead
  ttl_seconds: seconds | time left | seconds left when the snapshot was taken
---*/
WITH largest AS (
    SELECT snapshot_id, record_offset
    FROM key_rows
    WHERE snapshot_id IN (SELECT unnest(getvariable('snapshots')))
    ORDER BY coalesce(memory_bytes, value_bytes, dump_bytes) DESC, snapshot_id, record_offset
    LIMIT 100
)

SELECT
    k.name,
    s.node,
    k.db,
    f.type,
    f.encoding,
    k.elements,
    k.memory_bytes,
    k.value_bytes,
    ttl(k.expires_at_ms, s.taken_at_ms) AS ttl_seconds
FROM largest AS l
INNER JOIN key_rows AS k ON k.snapshot_id = l.snapshot_id AND k.record_offset = l.record_offset
INNER JOIN forms AS f ON f.snapshot_id = k.snapshot_id AND f.form_id = k.form_id
INNER JOIN snapshots AS s ON s.snapshot_id = k.snapshot_id
ORDER BY coalesce(k.memory_bytes, k.value_bytes, k.dump_bytes) DESC, k.snapshot_id, k.record_offset
