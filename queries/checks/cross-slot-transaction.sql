/*---
title: Transactions and commands over several slots
severity: medium
confidence: medium
subject: key
needs: aof
why: A cluster refuses a transaction or command whose keys lie in several slots: the application cannot move to one as it is.
fix: Give keys that change together one hash tag, or split the transaction.
before: `MSET app:user:7:name … app:user:7:mail …`
after: `MSET app:user:{7}:name … app:user:{7}:mail …`
---*/
SELECT
    e.db,
    e.name,
    any_value(e.raw) AS raw,
    coalesce(any_value(k.pattern), any_value(a.pattern), e.name) AS pattern,
    CAST(max(e.measured) AS DOUBLE) AS measured,
    CAST(1 AS DOUBLE) AS threshold,
    'slots' AS unit,
    string_agg(DISTINCT CASE WHEN e.command = 'EXEC' THEN 'MULTI' ELSE e.command END, ', ')
    || ' over ' || CAST(max(e.measured) AS VARCHAR) || ' slots or more, ' || CAST(count(*) AS VARCHAR)
    || CASE WHEN count(*) = 1 THEN ' time' ELSE ' times' END AS message,
    any_value(k.memory_bytes) AS memory_bytes,
    CAST(NULL AS BIGINT) AS saving_bytes
FROM aof_events AS e
LEFT JOIN aof_keys AS a ON a.snapshot_id = e.snapshot_id AND a.db = e.db AND a.name = e.name
LEFT JOIN current_keys AS k ON k.db = e.db AND k.name = e.name
WHERE e.snapshot_id = (SELECT s.snapshot_id FROM current_snapshot AS s) AND e.kind = 'cross-slot'
GROUP BY e.db, e.name
