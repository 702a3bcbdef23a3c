/*---
title: Strings over 1 MiB
severity: medium
confidence: high
subject: key
why: Reading or writing one blocks the server for everybody, fills output buffers and slows replication.
fix: Split the value, compress it, or keep it in object storage and only its address in Redis.
before: `SET report:17 <5 MB>`
after: `SET report:17:part:1 …` or a link to object storage
params:
  max_bytes: 1048576 | bytes | longest string that is not flagged
---*/
SELECT
    k.db,
    k.name,
    k.raw,
    k.pattern,
    CAST(k.value_bytes AS DOUBLE) AS measured,
    CAST(coalesce(getvariable('large-value.max_bytes'), 1048576) AS DOUBLE) AS threshold,
    'bytes' AS unit,
    'the string is ' || human_bytes(k.value_bytes) || ' long' AS message,
    k.memory_bytes,
    CAST(NULL AS BIGINT) AS saving_bytes,
    k.record_offset
FROM current_keys AS k
WHERE k.type = 'string' AND k.value_bytes > coalesce(getvariable('large-value.max_bytes'), 1048576)
