/*---
title: Large JSON texts, uncompressed
severity: low
confidence: high
subject: key
why: JSON compresses to a fifth or less; uncompressed it costs memory, network and replication time.
fix: Compress before writing (zstd, gzip), or split the document into the fields that are read.
before: `SET report:17 <150 kB of JSON>`
after: `SET report:17 <20 kB of zstd>`
params:
  min_bytes: 100000 | bytes | shortest JSON text that is flagged
---*/
SELECT
    k.db,
    k.name,
    k.raw,
    k.pattern,
    CAST(k.value_bytes AS DOUBLE) AS measured,
    CAST(coalesce(getvariable('large-json-uncompressed.min_bytes'), 100000) AS DOUBLE) AS threshold,
    'bytes' AS unit,
    'JSON text of ' || human_bytes(k.value_bytes) || ', stored uncompressed' AS message,
    k.memory_bytes,
    CAST(NULL AS BIGINT) AS saving_bytes,
    k.record_offset
FROM current_keys AS k
WHERE k.kind = 'json' AND k.value_bytes >= coalesce(getvariable('large-json-uncompressed.min_bytes'), 100000)
