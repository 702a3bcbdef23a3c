/*---
title: Large bitmaps that are nearly empty
severity: medium
confidence: high
subject: key
why: A bitmap costs memory up to its highest bit, whether the bits below are set or not.
fix: Number the bits densely (a counter instead of the raw id), or use a set.
before: `SETBIT active 3000000000 1`
after: `SADD active 3000000000`, or a dense index
params:
  min_bytes: 1000000 | bytes | shortest bitmap that is flagged
  max_share: 0.01 | share | largest share of bytes other than zero that is flagged
---*/
SELECT
    k.db,
    k.name,
    k.raw,
    k.pattern,
    CAST(k.nonzero_bytes / CAST(k.value_bytes AS DOUBLE) AS DOUBLE) AS measured,
    CAST(coalesce(getvariable('sparse-bitmap.max_share'), 0.01) AS DOUBLE) AS threshold,
    'share' AS unit,
    CAST(k.nonzero_bytes AS VARCHAR) || ' of ' || CAST(k.value_bytes AS VARCHAR) || ' bytes are not zero' AS message,
    k.memory_bytes,
    greatest(k.memory_bytes - 64 * k.nonzero_bytes, 0) AS saving_bytes,
    k.record_offset
FROM current_keys AS k
WHERE
    k.nonzero_bytes IS NOT NULL
    AND k.value_bytes >= coalesce(getvariable('sparse-bitmap.min_bytes'), 1000000)
    AND k.nonzero_bytes < coalesce(getvariable('sparse-bitmap.max_share'), 0.01) * k.value_bytes
