/*---
title: Streams
description: The streams with the most entries.
limit: 50
columns:
  name: key | stream | the key as safe text
  db: number | db | number of the database
  entries: count | entries | entries in the stream
  memory_bytes: bytes | memory | memory of the key
  entries_added: count | ever added | entries ever added
  groups: count | groups | consumer groups
  pending: count | pending | entries delivered and not acknowledged
---*/
SELECT
    k.name,
    k.db,
    k.elements AS entries,
    k.memory_bytes,
    x.entries_added,
    coalesce(x.groups, 0) AS groups,
    coalesce(x.pending, 0) AS pending
FROM key_rows AS k
INNER JOIN forms AS f ON f.snapshot_id = k.snapshot_id AND f.form_id = k.form_id AND f.type = 'stream'
LEFT JOIN key_facts AS x ON x.snapshot_id = k.snapshot_id AND x.record_offset = k.record_offset
WHERE k.snapshot_id IN (SELECT unnest(getvariable('snapshots')))
ORDER BY k.elements DESC, k.name, k.db
