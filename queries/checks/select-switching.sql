/*---
title: Clients that switch databases all the time
severity: low
confidence: medium
subject: command
needs: aof
why: Every change of database is one more command in the log and to each replica; a cluster knows one database only.
fix: Give each use its own prefix in database 0, or its own server.
before: `SELECT 1`, `SET session:7 …`, `SELECT 0`
after: `SET app:session:7 …`
params:
  share: 0.1 | share | part of all commands that may be SELECT
  min_commands: 100 | commands | fewest SELECT commands that are flagged
---*/
WITH counted AS (
    SELECT
        sum(c.commands) FILTER (WHERE c.command = 'SELECT') AS switches,
        sum(c.commands) AS commands
    FROM aof_commands AS c
    WHERE c.snapshot_id = (SELECT s.snapshot_id FROM current_snapshot AS s)
)

SELECT
    CAST(NULL AS BIGINT) AS db,
    'SELECT' AS name,
    CAST(NULL AS BLOB) AS raw,
    'SELECT' AS pattern,
    CAST(c.switches AS DOUBLE) AS measured,
    CAST(coalesce(getvariable('select-switching.min_commands'), 100) AS DOUBLE) AS threshold,
    'commands' AS unit,
    CAST(c.switches AS VARCHAR) || ' of ' || CAST(c.commands AS VARCHAR) || ' commands are SELECT' AS message,
    CAST(NULL AS BIGINT) AS memory_bytes,
    CAST(NULL AS BIGINT) AS saving_bytes
FROM counted AS c
WHERE
    c.switches >= coalesce(getvariable('select-switching.min_commands'), 100)
    AND c.switches > coalesce(getvariable('select-switching.share'), 0.1) * c.commands
