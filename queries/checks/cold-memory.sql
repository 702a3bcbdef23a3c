/*---
title: Memory in keys that nobody touches
severity: info
confidence: medium
subject: key
needs: access
why: Memory that nobody reads is paid for every hour; it belongs on disk or has no owner any more.
fix: Give such keys an expiry, move them to a database on disk, or delete them.
before: keys idle for 90 days, without expiry
after: an expiry of 30 days that every read renews
params:
  min_idle_seconds: 2592000 | seconds | shortest idle time that is flagged
---*/
SELECT
    k.db,
    k.name,
    k.raw,
    k.pattern,
    CAST(coalesce(k.idle_seconds, 0) AS DOUBLE) AS measured,
    CAST(coalesce(getvariable('cold-memory.min_idle_seconds'), 2592000) AS DOUBLE) AS threshold,
    'seconds' AS unit,
    CASE
        WHEN k.idle_seconds IS NULL THEN 'access counter 0'
        ELSE 'not touched for ' || CAST(k.idle_seconds // 86400 AS VARCHAR) || ' days'
    END AS message,
    k.memory_bytes,
    k.memory_bytes AS saving_bytes,
    k.record_offset
FROM current_keys AS k
WHERE k.idle_seconds >= coalesce(getvariable('cold-memory.min_idle_seconds'), 2592000) OR k.lfu_frequency = 0
