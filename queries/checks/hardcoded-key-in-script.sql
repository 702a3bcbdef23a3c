/*---
title: Scripts that name keys themselves or call KEYS
severity: low
confidence: medium
subject: library
why: A key that a script names itself is not known to the cluster or to ACL rules before the script runs; KEYS walks
  the whole keyspace and blocks everybody.
fix: Pass every key through KEYS; replace the command KEYS by an index or by SCAN outside of scripts.
before: `redis.call('INCR', 'app:stats:calls')`
after: `redis.call('INCR', KEYS[1])`
---*/
WITH code AS (
    SELECT
        f.library AS name,
        f.engine AS origin,
        f.code_bytes,
        f.literal_keys,
        f.calls_keys
    FROM functions AS f
    INNER JOIN current_snapshot AS s ON s.snapshot_id = f.snapshot_id

    UNION ALL

    SELECT
        c.sha1 AS name,
        'EVAL' AS origin,
        c.code_bytes,
        c.literal_keys,
        c.calls_keys
    FROM scripts AS c
    INNER JOIN current_snapshot AS s ON s.snapshot_id = c.snapshot_id
)

SELECT
    CAST(NULL AS BIGINT) AS db,
    c.name,
    CAST(NULL AS BLOB) AS raw,
    c.origin AS pattern,
    CAST(c.code_bytes AS DOUBLE) AS measured,
    CAST(NULL AS DOUBLE) AS threshold,
    'bytes' AS unit,
    CASE
        WHEN c.calls_keys AND c.literal_keys <> '' THEN 'the code calls KEYS and names ' || c.literal_keys
        WHEN c.calls_keys THEN 'the code calls KEYS'
        ELSE 'the code names ' || c.literal_keys
    END AS message,
    CAST(NULL AS BIGINT) AS memory_bytes,
    CAST(NULL AS BIGINT) AS saving_bytes
FROM code AS c
WHERE c.calls_keys OR c.literal_keys <> ''
