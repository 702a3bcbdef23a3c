/*---
title: Write profile: commands
description: What the append-only log holds.
needs: aof_commands
limit: 50
columns:
  command: text | command | name of the command
  commands: count | times | how often
  log_bytes: bytes | in the log | bytes that they take in the log
  share: share | share | part of the bytes of all commands
---*/
WITH sums AS (
    SELECT
        command,
        CAST(sum(commands) AS BIGINT) AS commands,
        CAST(sum(log_bytes) AS BIGINT) AS log_bytes
    FROM aof_commands
    WHERE snapshot_id IN (SELECT unnest(getvariable('snapshots')))
    GROUP BY command
)

SELECT
    command,
    commands,
    log_bytes,
    log_bytes / nullif(sum(log_bytes) OVER (), 0) AS share
FROM sums
ORDER BY log_bytes DESC, command
