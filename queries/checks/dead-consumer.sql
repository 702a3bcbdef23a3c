/*---
title: Consumers that have not been seen for long
severity: low
confidence: medium
subject: stream-group
why: Consumers are never removed by themselves: names of pods that are gone pile up, and what they took stays
  pending.
fix: XGROUP DELCONSUMER after claiming their entries; use stable consumer names.
before: consumers named after pods
after: `worker-1` to `worker-8`
params:
  max_idle_seconds: 604800 | seconds | longest time unseen that is not flagged
---*/
SELECT
    k.db,
    k.name,
    k.raw,
    k.pattern,
    CAST((s.taken_at_ms - c.seen_at_ms) // 1000 AS DOUBLE) AS measured,
    CAST(coalesce(getvariable('dead-consumer.max_idle_seconds'), 604800) AS DOUBLE) AS threshold,
    'seconds' AS unit,
    'group ' || g.name || ', consumer ' || c.name || ': not seen for '
    || CAST((s.taken_at_ms - c.seen_at_ms) // 86400000 AS VARCHAR) || ' days, '
    || CAST(c.pending AS VARCHAR) || ' pending entries' AS message,
    k.memory_bytes,
    CAST(NULL AS BIGINT) AS saving_bytes
FROM stream_consumers AS c
INNER JOIN stream_groups AS g
    ON g.snapshot_id = c.snapshot_id AND g.record_offset = c.record_offset AND g.group_no = c.group_no
INNER JOIN current_keys AS k ON k.record_offset = c.record_offset AND k.snapshot_id = c.snapshot_id
CROSS JOIN current_snapshot AS s
WHERE s.taken_at_ms - c.seen_at_ms > 1000 * coalesce(getvariable('dead-consumer.max_idle_seconds'), 604800)
