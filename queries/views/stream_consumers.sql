/*---
title: Consumers of groups
description: One row per consumer of every consumer group.
columns:
  snapshot_id: the snapshot
  db: number of the database
  key_name: the stream, as safe text
  key_raw: the exact bytes of the stream's name, only where key_name differs from them
  group_name: the group, as safe text
  name: the consumer, as safe text
  raw: the exact bytes of the consumer's name, only where name differs from them
  group_no: position of the group within its stream
  seen_at_ms: when the consumer last asked, Unix milliseconds
  active_at_ms: when it last got an entry, NULL where unknown or never
  pending: entries delivered to it and not acknowledged
  record_offset: byte offset of the stream's record
---*/
SELECT
    c.snapshot_id,
    k.db,
    k.name AS key_name,
    k.raw AS key_raw,
    g.name AS group_name,
    c.name,
    c.raw,
    c.group_no,
    c.seen_at_ms,
    c.active_at_ms,
    c.pending,
    c.record_offset
FROM stream_consumer_rows AS c
INNER JOIN stream_group_rows AS g
    ON g.snapshot_id = c.snapshot_id AND g.record_offset = c.record_offset AND g.group_no = c.group_no
INNER JOIN key_rows AS k ON k.snapshot_id = c.snapshot_id AND k.record_offset = c.record_offset
