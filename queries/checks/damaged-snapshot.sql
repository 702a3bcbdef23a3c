/*---
title: The dump is damaged
severity: high
confidence: high
subject: snapshot
why: A server refuses to load it: it is no backup.
fix: Save and copy again; check copies with `rdbscope verify`.
before: a dump cut off by a full disk
after: a dump that `rdbscope verify` calls whole
---*/
SELECT
    CAST(NULL AS BIGINT) AS db,
    s.name,
    CAST(NULL AS BLOB) AS raw,
    CAST(NULL AS VARCHAR) AS pattern,
    CAST(NULL AS DOUBLE) AS measured,
    CAST(NULL AS DOUBLE) AS threshold,
    CAST(NULL AS VARCHAR) AS unit,
    'the dump is damaged: ' || coalesce(s.damage, 'the checksum does not match') AS message,
    CAST(NULL AS BIGINT) AS memory_bytes,
    CAST(NULL AS BIGINT) AS saving_bytes
FROM current_snapshot AS s
WHERE s.damage IS NOT NULL OR s.checksum = 'mismatch'
