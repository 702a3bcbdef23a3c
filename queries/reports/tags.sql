/*---
title: Hash tags
description: Keys with the same text in braces share a slot.
limit: 20
columns:
  tag: name | tag | text between the first braces
  slot: number | slot | cluster slot
  keys: count | keys | keys with the tag
  size_bytes: bytes | bytes | memory where it is known, else payload
---*/
SELECT
    hash_tag(name) AS tag,
    min(slot) AS slot,
    count(*) AS keys,
    CAST(sum(coalesce(memory_bytes, value_bytes, dump_bytes)) AS BIGINT) AS size_bytes
FROM key_rows
WHERE snapshot_id IN (SELECT unnest(getvariable('snapshots'))) AND contains(name, '{') AND hash_tag(name) IS NOT NULL
GROUP BY hash_tag(name)
ORDER BY size_bytes DESC, tag
