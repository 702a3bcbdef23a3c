/*---
title: Consumer groups
description: One row per consumer group of every stream.
columns:
  snapshot_id: the snapshot
  db: number of the database
  key_name: the stream, as safe text
  key_raw: the exact bytes of the stream's name, only where key_name differs from them
  name: the group, as safe text
  raw: the exact bytes of the group's name, only where name differs from them
  group_no: position of the group within its stream
  last_id: last ID delivered to the group
  entries_read: entries the group has read, NULL where unknown
  pending: entries delivered and not acknowledged
  consumers: consumers of the group
  released: pending entries given back without a consumer (Redis 8.8)
  oldest_pending_at_ms: delivery time of the oldest pending entry, Unix milliseconds
  max_deliveries: highest number of deliveries of one pending entry
  record_offset: byte offset of the stream's record
---*/
SELECT
    g.snapshot_id,
    k.db,
    k.name AS key_name,
    k.raw AS key_raw,
    g.name,
    g.raw,
    g.group_no,
    g.last_id,
    g.entries_read,
    g.pending,
    g.consumers,
    g.released,
    g.oldest_pending_at_ms,
    g.max_deliveries,
    g.record_offset
FROM stream_group_rows AS g
INNER JOIN key_rows AS k ON k.snapshot_id = g.snapshot_id AND k.record_offset = g.record_offset
