/*---
title: The dump is older than a day
severity: medium
confidence: high
subject: snapshot
why: What happened since is lost if the server is.
fix: Look at the job that saves and copies; alert on its absence.
before: a nightly job that failed three nights ago
after: a dump of last night
params:
  max_age_seconds: 86400 | seconds | oldest dump that is not flagged
---*/
SELECT
    CAST(NULL AS BIGINT) AS db,
    s.name,
    CAST(NULL AS BLOB) AS raw,
    CAST(NULL AS VARCHAR) AS pattern,
    CAST((coalesce(getvariable('now_ms'), epoch_ms(now())) - s.taken_at_ms) // 1000 AS DOUBLE) AS measured,
    CAST(coalesce(getvariable('stale-backup.max_age_seconds'), 86400) AS DOUBLE) AS threshold,
    'seconds' AS unit,
    'the dump was taken '
    || CAST((coalesce(getvariable('now_ms'), epoch_ms(now())) - s.taken_at_ms) // 3600000 AS VARCHAR) || ' hours ago' AS message,
    CAST(NULL AS BIGINT) AS memory_bytes,
    CAST(NULL AS BIGINT) AS saving_bytes
FROM current_snapshot AS s
WHERE s.taken_at_ms < coalesce(getvariable('now_ms'), epoch_ms(now())) - 1000 * coalesce(getvariable('stale-backup.max_age_seconds'), 86400)
