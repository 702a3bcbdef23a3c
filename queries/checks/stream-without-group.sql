/*---
title: Streams that nobody reads by group
severity: info
confidence: low
subject: key
why: Without a group no reader knows where it stopped; many small streams without one are logs that nobody
  reads.
fix: Read with a consumer group, or keep a log elsewhere. A single stream that several readers follow with
  XREAD is left alone.
before: `XADD audit:17 * …` for every user
after: `XGROUP CREATE audit …`, `XREADGROUP …`
params:
  max_entries: 10000 | entries | longest single stream that is not flagged
---*/
SELECT
    k.db,
    k.name,
    k.raw,
    k.pattern,
    CAST(k.elements AS DOUBLE) AS measured,
    CAST(NULL AS DOUBLE) AS threshold,
    'entries' AS unit,
    CAST(k.elements AS VARCHAR) || ' entries, no consumer group' AS message,
    k.memory_bytes,
    CAST(NULL AS BIGINT) AS saving_bytes,
    k.record_offset
FROM current_keys AS k
INNER JOIN current_patterns AS p ON p.pattern_id = k.pattern_id
WHERE
    k.type = 'stream'
    AND k.elements > 0
    AND k.groups = 0
    AND (p.pattern <> p.literal OR k.elements > coalesce(getvariable('stream-without-group.max_entries'), 10000))
