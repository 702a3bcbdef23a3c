/*---
title: Function libraries in the dump
severity: info
confidence: high
subject: library
why: Libraries travel with dumps and replicas; what runs inside the server should be known and reviewed.
fix: Compare the digest with the source under version control.
before: a library nobody remembers
after: its source, version and owner in the repository
---*/
SELECT
    CAST(NULL AS BIGINT) AS db,
    f.library AS name,
    CAST(NULL AS BLOB) AS raw,
    f.engine AS pattern,
    CAST(f.code_bytes AS DOUBLE) AS measured,
    CAST(NULL AS DOUBLE) AS threshold,
    'bytes' AS unit,
    f.engine || ' library ' || f.library || ', ' || human_bytes(f.code_bytes) || ', functions: ' || coalesce(nullif(f.functions, ''), 'none found')
    || ', SHA-256 ' || substr(f.sha256, 1, 12) AS message,
    CAST(NULL AS BIGINT) AS memory_bytes,
    CAST(NULL AS BIGINT) AS saving_bytes
FROM functions AS f
INNER JOIN current_snapshot AS s ON s.snapshot_id = f.snapshot_id
