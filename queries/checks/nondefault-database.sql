/*---
title: Keys in a database other than 0
severity: low
confidence: high
subject: key
why: A cluster has database 0 only; numbered databases share one thread, one memory limit and one FLUSHALL,
  and no tool shows them by name.
fix: Use a namespace in the name, or an instance of its own.
before: `SELECT 3`, `SET user:17 …`
after: `SET billing:user:17 …` in database 0
---*/
SELECT
    k.db,
    k.name,
    k.raw,
    k.pattern,
    CAST(k.db AS DOUBLE) AS measured,
    CAST(0 AS DOUBLE) AS threshold,
    'database' AS unit,
    'in database ' || CAST(k.db AS VARCHAR) AS message,
    k.memory_bytes,
    CAST(NULL AS BIGINT) AS saving_bytes,
    k.record_offset
FROM current_keys AS k
WHERE k.db <> 0
