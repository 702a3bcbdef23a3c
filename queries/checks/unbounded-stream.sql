/*---
title: Streams of more than 10,000 entries that were never trimmed
severity: medium
confidence: high
subject: key
why: A stream keeps every entry until somebody trims it.
fix: Add with MAXLEN or MINID (XADD key MAXLEN ~ 10000 * …), or trim in a job.
before: `XADD telemetry * …`
after: `XADD telemetry MAXLEN ~ 10000 * …`
params:
  max_entries: 10000 | entries | longest stream that is not flagged
---*/
SELECT
    k.db,
    k.name,
    k.raw,
    k.pattern,
    CAST(k.elements AS DOUBLE) AS measured,
    CAST(coalesce(getvariable('unbounded-stream.max_entries'), 10000) AS DOUBLE) AS threshold,
    'entries' AS unit,
    CAST(k.elements AS VARCHAR) || ' entries, none of which was ever trimmed or deleted' AS message,
    k.memory_bytes,
    CAST(NULL AS BIGINT) AS saving_bytes,
    k.record_offset
FROM current_keys AS k
WHERE
    k.type = 'stream'
    AND k.elements > coalesce(getvariable('unbounded-stream.max_entries'), 10000)
    AND coalesce(k.deleted_entries, 0) = 0
    -- Before Redis 7.0 a stream does not tell how many entries it ever had.
    AND coalesce(k.entries_added, k.elements) = k.elements
    AND coalesce(k.max_deleted_id, '0-0') = '0-0'
