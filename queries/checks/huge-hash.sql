/*---
title: Hashes of 100,000 fields or more
severity: medium
confidence: high
subject: key
why: HGETALL on it blocks the server; it cannot be spread over nodes, nor can its fields be evicted.
fix: Split into hashes by a part of the field, or use one key per entity.
before: `HSET users 17 …` for all users
after: `HSET users:{17 mod 256} 17 …`
params:
  min_fields: 100000 | fields | fewest fields that are flagged
---*/
SELECT
    k.db,
    k.name,
    k.raw,
    k.pattern,
    CAST(k.elements AS DOUBLE) AS measured,
    CAST(coalesce(getvariable('huge-hash.min_fields'), 100000) AS DOUBLE) AS threshold,
    'fields' AS unit,
    CAST(k.elements AS VARCHAR) || ' fields in one hash' AS message,
    k.memory_bytes,
    CAST(NULL AS BIGINT) AS saving_bytes,
    k.record_offset
FROM current_keys AS k
WHERE k.type = 'hash' AND k.elements >= coalesce(getvariable('huge-hash.min_fields'), 100000)
