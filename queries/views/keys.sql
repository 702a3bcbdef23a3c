/*---
title: Every key of every snapshot
description: One row per key with all that is known about it; filter on snapshot_id. Contents are never stored.
columns:
  snapshot_id: the snapshot this key belongs to
  db: number of the database
  name: the key as safe text; control characters, invalid bytes and the backslash are written \xNN and \\
  raw: the exact bytes, only where name differs from them; key_bytes(name, raw) gives them always
  type: string, list, set, zset, hash, stream, or the module's type name
  encoding: what OBJECT ENCODING says after the writing version loaded this dump
  kind: finer than type, from the first 4 KiB, of a longer JSON value the first 1 KiB (json, gzip, hyperloglog, bitmap ...); NULL where nothing is sure
  elements: length of a collection; bytes of a string
  memory_bytes: what MEMORY USAGE key SAMPLES 0 answers after loading
  memory_exact: whether memory_bytes is reproducible to the byte
  allocated_bytes: what DEL gives back to the allocator
  value_bytes: payload without any overhead
  key_bytes: length of the name in bytes
  dump_bytes: bytes this key takes in the file
  largest_element_bytes: bytes of the largest element
  expires_at_ms: absolute expiry in Unix milliseconds, NULL for none
  idle_seconds: seconds since the last access (LRU dumps), NULL where not recorded
  lfu_frequency: access counter 0 to 255 (LFU dumps), NULL where not recorded
  slot: cluster slot, 0 to 16383
  hash_tag: text between the first braces, which alone decides the slot; NULL without one
  namespace: first segment of the pattern, NULL without a colon
  prefix: part of the pattern before its first variable segment
  pattern: the name with its variable parts replaced
  depth: segments of the pattern
  pattern_id: row of this pattern in patterns
  form_id: row of this type, encoding and kind in forms
  nonzero_bytes: bytes that are not zero, for strings of 4 KiB or more that look like bitmaps
  fields_with_ttl: fields of a hash with an expiry of their own
  min_field_expires_at_ms: the earliest expiry of a field, Unix milliseconds
  equal_score: the score that all members of a sorted set share, NULL where they differ
  first_id: first entry of a stream
  last_id: last ID that a stream gave out
  max_deleted_id: highest ID deleted from a stream
  entries_added: entries ever added to a stream
  deleted_entries: entries marked deleted that still take room in a stream
  stream_nodes: listpacks of a stream
  groups: consumer groups of a stream
  pending: pending entries over all groups of a stream
  released: entries given back to a group without a consumer (Redis 8.8)
  idmp_producers: idempotent producers of a stream (Redis 8.6)
  array_length: length of an array (Redis 8.8), as text because it can exceed 64 bits
  array_next: index that the next insert into an array takes, as text
  template_id: field-name template of a hash (Redis 8.10)
  module_version: encoding version of a module value
  fields: fields over all paths of a path hash (Valkey 9.2)
  scored_members: members of a set that end in a number behind a colon
  record_offset: byte offset of the key's record, its identity within the snapshot
---*/
SELECT
    k.snapshot_id,
    k.db,
    k.name,
    k.raw,
    f.type,
    f.encoding,
    f.kind,
    k.elements,
    k.memory_bytes + coalesce(t.share_bytes, 0) AS memory_bytes,
    f.memory_exact,
    k.allocated_bytes + coalesce(t.share_bytes, 0) AS allocated_bytes,
    k.value_bytes,
    CAST(coalesce(octet_length(k.raw), octet_length(encode(k.name))) AS BIGINT) AS key_bytes,
    k.dump_bytes,
    k.largest_element_bytes,
    k.expires_at_ms,
    k.idle_seconds,
    k.lfu_frequency,
    k.slot,
    hash_tag(k.name) AS hash_tag,
    p.namespace,
    p.prefix,
    p.pattern,
    p.depth,
    p.pattern_id,
    k.form_id,
    x.nonzero_bytes,
    x.fields_with_ttl,
    x.min_field_expires_at_ms,
    x.equal_score,
    x.first_id,
    x.last_id,
    x.max_deleted_id,
    x.entries_added,
    x.deleted_entries,
    x.stream_nodes,
    x.groups,
    x.pending,
    x.released,
    x.idmp_producers,
    x.array_length,
    x.array_next,
    x.template_id,
    x.module_version,
    x.fields,
    x.scored_members,
    k.record_offset
FROM key_rows AS k
LEFT JOIN forms AS f ON f.snapshot_id = k.snapshot_id AND f.form_id = k.form_id
LEFT JOIN pattern_merges AS m ON m.snapshot_id = k.snapshot_id AND m.pattern_id = k.pattern_id
LEFT JOIN patterns AS p ON p.snapshot_id = m.snapshot_id AND p.pattern_id = m.final_id
LEFT JOIN key_facts AS x ON x.snapshot_id = k.snapshot_id AND x.record_offset = k.record_offset
LEFT JOIN templates AS t ON t.snapshot_id = x.snapshot_id AND t.template_id = x.template_id
