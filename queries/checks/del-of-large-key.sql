/*---
title: Large keys deleted with DEL
severity: medium
confidence: low
subject: key
needs: aof
why: DEL frees every element before it answers, and all clients wait; UNLINK leaves that to another thread. Without
  timestamps in the log (`aof-timestamp-enabled`) an expiry looks the same, because servers log it as DEL.
fix: Use UNLINK, or set `lazyfree-lazy-user-del yes` (and `lazyfree-lazy-expire yes`).
before: `DEL app:report:rows`
after: `UNLINK app:report:rows`
params:
  min_elements: 1000 | elements | fewest elements of a key that is flagged
---*/
SELECT
    e.db,
    e.name,
    any_value(e.raw) AS raw,
    coalesce(any_value(k.pattern), any_value(a.pattern)) AS pattern,
    CAST(max(e.measured) AS DOUBLE) AS measured,
    CAST(coalesce(getvariable('del-of-large-key.min_elements'), 1000) AS DOUBLE) AS threshold,
    'elements' AS unit,
    'DEL of ' || CAST(max(e.measured) AS VARCHAR) || ' elements, ' || CAST(count(*) AS VARCHAR)
    || CASE WHEN count(*) = 1 THEN ' time' ELSE ' times' END
    || CASE WHEN bool_and(e.at_ms IS NULL) THEN ' (or expired: the log has no timestamps)' ELSE '' END AS message,
    any_value(k.memory_bytes) AS memory_bytes,
    CAST(NULL AS BIGINT) AS saving_bytes
FROM aof_events AS e
LEFT JOIN aof_keys AS a ON a.snapshot_id = e.snapshot_id AND a.db = e.db AND a.name = e.name
LEFT JOIN current_keys AS k ON k.db = e.db AND k.name = e.name
WHERE
    e.snapshot_id = (SELECT s.snapshot_id FROM current_snapshot AS s)
    AND e.kind = 'large-delete'
    AND e.measured >= coalesce(getvariable('del-of-large-key.min_elements'), 1000)
GROUP BY e.db, e.name
