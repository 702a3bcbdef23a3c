/*---
title: Numbers stored as text
severity: info
confidence: low
subject: key
why: An integer in canonical form needs no string of its own; a leading zero, plus or blank makes it one.
fix: Write numbers without padding.
before: `SET counter 00017`
after: `SET counter 17`
---*/
SELECT
    k.db,
    k.name,
    k.raw,
    k.pattern,
    CAST(k.value_bytes AS DOUBLE) AS measured,
    CAST(NULL AS DOUBLE) AS threshold,
    'bytes' AS unit,
    'a number in a form that cannot be held as an integer' AS message,
    k.memory_bytes,
    CAST(NULL AS BIGINT) AS saving_bytes,
    k.record_offset
FROM current_keys AS k
WHERE k.type = 'string' AND k.kind = 'integer' AND k.encoding <> 'int' AND k.value_bytes <= 20
