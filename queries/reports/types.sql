/*---
title: Types and encodings
description: What the values are, and how the server keeps them.
columns:
  type: text | type | what TYPE answers
  encoding: text | encoding | what OBJECT ENCODING answers
  keys: count | keys | keys
  memory_bytes: bytes | memory | sum of memory_bytes
  value_bytes: bytes | payload | payload without any overhead
  dump_bytes: bytes | in file | bytes in the file
  share: share | share | part of all bytes
---*/
WITH sums AS (
    SELECT
        f.type,
        f.encoding,
        CAST(sum(p.keys) AS BIGINT) AS keys,
        CAST(sum(p.memory_bytes) AS BIGINT) AS memory_bytes,
        CAST(sum(p.value_bytes) AS BIGINT) AS value_bytes,
        CAST(sum(p.dump_bytes) AS BIGINT) AS dump_bytes
    FROM pattern_forms AS p
    INNER JOIN forms AS f ON f.snapshot_id = p.snapshot_id AND f.form_id = p.form_id
    WHERE p.snapshot_id IN (SELECT unnest(getvariable('snapshots')))
    GROUP BY f.type, f.encoding
)

SELECT
    type,
    encoding,
    keys,
    memory_bytes,
    value_bytes,
    dump_bytes,
    coalesce(memory_bytes, value_bytes, dump_bytes)
    / nullif(sum(coalesce(memory_bytes, value_bytes, dump_bytes)) OVER (), 0) AS share
FROM sums
ORDER BY share DESC, type, encoding
