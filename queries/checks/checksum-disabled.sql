/*---
title: Dumps without a checksum
severity: low
confidence: high
subject: snapshot
why: Damage on the way to the backup or in it cannot be seen.
fix: Set `rdbchecksum yes`; its cost is about a tenth of the time of a save.
before: `rdbchecksum no`
after: `rdbchecksum yes`
---*/
SELECT
    CAST(NULL AS BIGINT) AS db,
    s.name,
    CAST(NULL AS BLOB) AS raw,
    CAST(NULL AS VARCHAR) AS pattern,
    CAST(NULL AS DOUBLE) AS measured,
    CAST(NULL AS DOUBLE) AS threshold,
    CAST(NULL AS VARCHAR) AS unit,
    'the dump has no checksum (rdbchecksum no)' AS message,
    CAST(NULL AS BIGINT) AS memory_bytes,
    CAST(NULL AS BIGINT) AS saving_bytes
FROM current_snapshot AS s
WHERE s.checksum = 'disabled'
