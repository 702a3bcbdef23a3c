/*---
title: Lists of more than 10,000 elements
severity: medium
confidence: medium
subject: key
why: Nobody trims it, or its readers do not keep up: it grows until the memory is full.
fix: Trim with LTRIM after each push, or add readers.
before: `LPUSH app:log:clicks …`
after: `LPUSH app:log:clicks …`, `LTRIM app:log:clicks 0 9999`
params:
  max_elements: 10000 | elements | longest list that is not flagged
---*/
SELECT
    k.db,
    k.name,
    k.raw,
    k.pattern,
    CAST(k.elements AS DOUBLE) AS measured,
    CAST(coalesce(getvariable('unbounded-list.max_elements'), 10000) AS DOUBLE) AS threshold,
    'elements' AS unit,
    CAST(k.elements AS VARCHAR) || ' elements in one list' AS message,
    k.memory_bytes,
    CAST(NULL AS BIGINT) AS saving_bytes,
    k.record_offset
FROM current_keys AS k
WHERE k.type = 'list' AND k.elements > coalesce(getvariable('unbounded-list.max_elements'), 10000)
