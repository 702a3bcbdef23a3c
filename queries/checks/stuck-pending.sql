/*---
title: Pending entries that nobody acknowledges
severity: medium
confidence: medium
subject: stream-group
why: Entries that were delivered and never acknowledged are work that was not done, and they keep their place
  in memory.
fix: Acknowledge with XACK; let XAUTOCLAIM hand over what dead consumers left.
before: 700 entries pending since yesterday
after: a worker that claims entries after a minute
params:
  max_pending: 100 | entries | most pending entries that are not flagged
  max_age_seconds: 3600 | seconds | oldest delivery that is not flagged
---*/
SELECT
    k.db,
    k.name,
    k.raw,
    k.pattern,
    CAST(g.pending AS DOUBLE) AS measured,
    CAST(coalesce(getvariable('stuck-pending.max_pending'), 100) AS DOUBLE) AS threshold,
    'entries' AS unit,
    'group ' || g.name || ': ' || CAST(g.pending AS VARCHAR) || ' pending entries'
    || coalesce(
        ', the oldest delivered ' || CAST((s.taken_at_ms - g.oldest_pending_at_ms) // 1000 AS VARCHAR) || ' s ago', ''
    ) AS message,
    k.memory_bytes,
    CAST(NULL AS BIGINT) AS saving_bytes
FROM stream_groups AS g
INNER JOIN current_keys AS k ON k.record_offset = g.record_offset AND k.snapshot_id = g.snapshot_id
CROSS JOIN current_snapshot AS s
WHERE
    g.pending >= coalesce(getvariable('stuck-pending.max_pending'), 100)
    OR (
        g.pending > 0
        AND s.taken_at_ms - g.oldest_pending_at_ms > 1000 * coalesce(getvariable('stuck-pending.max_age_seconds'), 3600)
    )
    OR (g.pending > g.released AND g.consumers = 0)
