/*---
title: The hundred largest keys
description: By memory where it is known, else by payload; one hundred per snapshot, of thinned snapshots too.
needs: keys
columns:
  snapshot_id: the snapshot
  rank: 1 for the largest
  db: number of the database
  name: the key as safe text
  type: type of the value
  encoding: what OBJECT ENCODING says after loading
  elements: length of a collection; bytes of a string
  memory_bytes: memory of the key, NULL where unknown
  value_bytes: payload without any overhead
  dump_bytes: bytes in the file
  expires_at_ms: absolute expiry in Unix milliseconds, NULL for none
  pattern: the name with its variable parts replaced
---*/
WITH ranked AS (
    SELECT
        snapshot_id,
        record_offset,
        row_number() OVER (
            PARTITION BY snapshot_id ORDER BY coalesce(memory_bytes, value_bytes, dump_bytes) DESC, record_offset
        ) AS rank
    FROM key_rows
    QUALIFY rank <= 100
)

SELECT
    k.snapshot_id,
    r.rank,
    k.db,
    k.name,
    k.type,
    k.encoding,
    k.elements,
    k.memory_bytes,
    k.value_bytes,
    k.dump_bytes,
    k.expires_at_ms,
    k.pattern
FROM ranked AS r
INNER JOIN keys AS k ON k.snapshot_id = r.snapshot_id AND k.record_offset = r.record_offset
UNION ALL

SELECT *
FROM kept_largest_keys
ORDER BY snapshot_id, rank
