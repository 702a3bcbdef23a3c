/*---
title: Large sets that may only be counted
severity: low
confidence: low
subject: key
why: Where only the number of members matters, a HyperLogLog of 12 KiB gives it with an error below 1 %.
fix: Use PFADD and PFCOUNT if nobody asks for single members; otherwise suppress the finding.
before: `SADD visitors:2026-11-24 <id>`
after: `PFADD visitors:2026-11-24 <id>`
params:
  min_members: 15000 | members | fewest members that are flagged
---*/
SELECT
    k.db,
    k.name,
    k.raw,
    k.pattern,
    CAST(k.elements AS DOUBLE) AS measured,
    CAST(coalesce(getvariable('set-should-be-hyperloglog.min_members'), 15000) AS DOUBLE) AS threshold,
    'members' AS unit,
    CAST(k.elements AS VARCHAR) || ' members; a HyperLogLog counts them in 12 KiB' AS message,
    k.memory_bytes,
    CAST(NULL AS BIGINT) AS saving_bytes,
    k.record_offset
FROM current_keys AS k
WHERE 
    k.type = 'set'
    AND k.elements >= coalesce(getvariable('set-should-be-hyperloglog.min_members'), 15000)
    -- Digests of one length are looked up one by one, which no estimate can answer.
    AND NOT (k.largest_element_bytes IN (32, 40, 56, 64, 96, 128) AND k.value_bytes = k.elements * k.largest_element_bytes)
