/*---
title: Difference by key
description: Rows of changed_keys, those that moved the most bytes first.
columns_of: changed_keys
columns:
  change: new, gone, grown, shrunk, or changed where the size is the same
  db: number of the database
  name: the key as safe text
  raw: the exact bytes, only where name differs from them
  pattern: pattern under which it is compared
  difference_bytes: size after minus size before
  cause: what moved the bytes
---*/
WITH hostile AS (
    SELECT snapshot_id, record_offset, raw
    FROM key_rows
    WHERE snapshot_id IN (getvariable('old_snapshot'), getvariable('new_snapshot')) AND raw IS NOT NULL
)

SELECT
    c.change,
    c.db,
    c.name,
    coalesce(n.raw, o.raw) AS raw,
    c.pattern,
    c.difference_bytes,
    c.cause,
    c.ttl,
    c.old_type,
    c.new_type,
    c.old_encoding,
    c.new_encoding,
    c.old_bytes,
    c.new_bytes,
    c.old_elements,
    c.new_elements,
    c.old_expires_at_ms,
    c.new_expires_at_ms
FROM changed_keys AS c
LEFT JOIN hostile AS o ON o.snapshot_id = getvariable('old_snapshot') AND o.record_offset = c.old_offset
LEFT JOIN hostile AS n ON n.snapshot_id = getvariable('new_snapshot') AND n.record_offset = c.new_offset
ORDER BY abs(c.difference_bytes) DESC, c.db, c.name
