/*---
title: Consumer groups
description: The groups with the most pending entries.
limit: 50
columns:
  stream: key | stream | the stream as safe text
  name: name | group | the group
  consumers: count | consumers | consumers of the group
  pending: count | pending | entries delivered and not acknowledged
  oldest_pending_seconds: seconds | oldest pending | age of the oldest pending entry when the snapshot was taken
  max_deliveries: count | most deliveries | deliveries of one pending entry
---*/
SELECT
    k.name AS stream,
    g.name,
    g.consumers,
    g.pending,
    -ttl(g.oldest_pending_at_ms, s.taken_at_ms) AS oldest_pending_seconds,
    g.max_deliveries
FROM stream_group_rows AS g
INNER JOIN key_rows AS k ON k.snapshot_id = g.snapshot_id AND k.record_offset = g.record_offset
INNER JOIN snapshots AS s ON s.snapshot_id = g.snapshot_id
WHERE g.snapshot_id IN (SELECT unnest(getvariable('snapshots')))
ORDER BY g.pending DESC, k.name, g.name
