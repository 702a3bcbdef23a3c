/*---
title: Scripts in the log
severity: medium
confidence: high
subject: command
needs: aof
why: A server that logs scripts instead of what they did (up to Redis 4.0) runs them again at every start and on every
  replica: loading is slow, and a script that is not deterministic leads to other data.
fix: Upgrade; from Redis 5.0 on only effects are logged. On 4.0, call `redis.replicate_commands()` first in each script.
before: `EVAL "redis.call('set', KEYS[1], redis.call('time')[1])" 1 app:now`
after: `redis.replicate_commands()` as the first line of the script
---*/
SELECT
    CAST(NULL AS BIGINT) AS db,
    c.command AS name,
    CAST(NULL AS BLOB) AS raw,
    c.command AS pattern,
    CAST(sum(c.commands) AS DOUBLE) AS measured,
    CAST(0 AS DOUBLE) AS threshold,
    'commands' AS unit,
    CAST(sum(c.commands) AS VARCHAR) || ' × ' || c.command || ': what it wrote is not in the log' AS message,
    CAST(NULL AS BIGINT) AS memory_bytes,
    CAST(NULL AS BIGINT) AS saving_bytes
FROM aof_commands AS c
WHERE
    c.snapshot_id = (SELECT s.snapshot_id FROM current_snapshot AS s)
    AND c.command IN ('EVAL', 'EVALSHA', 'FCALL')
GROUP BY c.command
