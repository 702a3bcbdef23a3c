/*---
title: Keys that take a large part of all writes
severity: medium
confidence: high
subject: key
needs: aof
why: One key lies in one slot on one node and is served by one thread: its writes cannot be spread by adding nodes.
fix: Spread it over several names (`counter:{0}` to `counter:{15}`, summed up when read), or gather writes in the client.
before: `INCR app:pageviews` on every request
after: `INCRBY app:pageviews:{7} 25` from a client that counts
params:
  share: 0.1 | share | part of all writes from which a key is flagged
  min_writes: 1000 | commands | fewest writes of a key that is flagged
---*/
WITH total AS (
    SELECT sum(c.commands) AS writes
    FROM aof_commands AS c
    WHERE
        c.snapshot_id = (SELECT s.snapshot_id FROM current_snapshot AS s)
        AND c.command NOT IN ('SELECT', 'MULTI', 'EXEC')
)

SELECT
    a.db,
    a.name,
    a.raw,
    coalesce(k.pattern, a.pattern) AS pattern,
    CAST(a.writes AS DOUBLE) AS measured,
    CAST(coalesce(getvariable('write-hot-key.min_writes'), 1000) AS DOUBLE) AS threshold,
    'commands' AS unit,
    CAST(a.writes AS VARCHAR) || ' writes, ' || CAST(round(100.0 * a.writes / t.writes, 1) AS VARCHAR)
    || ' % of the log, to slot ' || CAST(a.slot AS VARCHAR) || ' (' || a.commands || ')' AS message,
    k.memory_bytes,
    CAST(NULL AS BIGINT) AS saving_bytes
FROM aof_keys AS a
CROSS JOIN total AS t
LEFT JOIN current_keys AS k ON k.db = a.db AND k.name = a.name
WHERE
    a.snapshot_id = (SELECT s.snapshot_id FROM current_snapshot AS s)
    AND a.writes >= coalesce(getvariable('write-hot-key.min_writes'), 1000)
    AND a.writes >= coalesce(getvariable('write-hot-key.share'), 0.1) * t.writes
