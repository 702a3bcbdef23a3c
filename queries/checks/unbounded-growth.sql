/*---
title: Lists and streams that only ever grow
severity: medium
confidence: medium
subject: key
needs: aof
why: Whole log over, elements were added and none removed, and the key does not expire: it grows until the memory is full.
fix: Trim with each write (`XADD … MAXLEN ~ 10000`, `LTRIM`), add a reader, or let it expire.
before: `XADD app:events * …`
after: `XADD app:events MAXLEN ~ 10000 * …`
params:
  min_pushes: 100 | commands | fewest commands that added elements
---*/
SELECT
    k.db,
    k.name,
    k.raw,
    k.pattern,
    CAST(a.grows AS DOUBLE) AS measured,
    CAST(coalesce(getvariable('unbounded-growth.min_pushes'), 100) AS DOUBLE) AS threshold,
    'commands' AS unit,
    CAST(a.grows AS VARCHAR) || ' commands added elements and none removed any; it has '
    || CAST(k.elements AS VARCHAR) AS message,
    k.memory_bytes,
    CAST(NULL AS BIGINT) AS saving_bytes
FROM aof_keys AS a
INNER JOIN current_keys AS k ON k.db = a.db AND k.name = a.name
WHERE
    a.snapshot_id = (SELECT s.snapshot_id FROM current_snapshot AS s)
    AND k.type IN ('list', 'stream')
    AND k.expires_at_ms IS NULL
    AND a.grows >= coalesce(getvariable('unbounded-growth.min_pushes'), 100)
    AND a.shrinks = 0
    AND a.deletes = 0
    AND a.writes_error = 0
