/*---
title: Keys for people
description: One row per key with time to live and sizes in words.
needs: keys
columns:
  snapshot_id: the snapshot
  db: number of the database
  name: the key as safe text
  type: type of the value
  encoding: what OBJECT ENCODING says after loading
  elements: length of a collection; bytes of a string
  memory: memory of the key in words, NULL where unknown
  payload: payload in words
  in_file: bytes in the file, in words
  ttl_seconds: seconds left when the snapshot was taken; negative where already expired
  expires_at: when it expires, where a timestamp can hold it
  pattern: the name with its variable parts replaced
---*/
SELECT
    k.snapshot_id,
    k.db,
    k.name,
    k.type,
    k.encoding,
    k.elements,
    human_bytes(k.memory_bytes) AS memory,
    human_bytes(k.value_bytes) AS payload,
    human_bytes(k.dump_bytes) AS in_file,
    ttl(k.expires_at_ms, s.taken_at_ms) AS ttl_seconds,
    timestamp_of(k.expires_at_ms) AS expires_at,
    k.pattern
FROM keys AS k
INNER JOIN snapshots AS s ON s.snapshot_id = k.snapshot_id
