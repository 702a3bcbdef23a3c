/*---
title: Databases that were flushed
severity: high
confidence: high
subject: command
needs: aof
why: FLUSHALL and FLUSHDB delete everything at once; in production they are an accident, or a deployment that nobody wrote down.
fix: Find who sent it; take the commands away from applications with an ACL (`-flushall -flushdb`). A load with
  `--until-offset` shows what was there before.
before: `ACL SETUSER app … +@all`
after: `ACL SETUSER app … +@all -flushall -flushdb`
---*/
SELECT
    e.db,
    e.command || ' at byte ' || CAST(e.log_offset AS VARCHAR) AS name,
    CAST(NULL AS BLOB) AS raw,
    e.command AS pattern,
    CAST(e.log_offset AS DOUBLE) AS measured,
    CAST(NULL AS DOUBLE) AS threshold,
    'byte of the log' AS unit,
    e.command || coalesce(' at ' || strftime(make_timestamp(1000 * e.at_ms), '%Y-%m-%d %H:%M:%S UTC'), '') || ', byte '
    || CAST(e.log_offset AS VARCHAR) || coalesce(' of ' || p.name, '') AS message,
    CAST(NULL AS BIGINT) AS memory_bytes,
    CAST(NULL AS BIGINT) AS saving_bytes
FROM aof_events AS e
INNER JOIN aof_parts AS p ON p.snapshot_id = e.snapshot_id AND p.part_no = e.part_no
WHERE e.snapshot_id = (SELECT s.snapshot_id FROM current_snapshot AS s) AND e.kind = 'flush'
