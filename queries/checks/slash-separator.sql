/*---
title: Slashes separate the levels of the name
severity: low
confidence: high
subject: key
why: Tools, ACL rules and colleagues expect colons; a keyspace with two separators cannot be listed by one
  prefix.
fix: Rename the keys with colons between levels.
before: `app/user/17/profile`
after: `app:user:17:profile`
---*/
SELECT
    k.db,
    k.name,
    k.raw,
    k.pattern,
    CAST(NULL AS DOUBLE) AS measured,
    CAST(NULL AS DOUBLE) AS threshold,
    CAST(NULL AS VARCHAR) AS unit,
    'slashes separate the levels of the name' AS message,
    k.memory_bytes,
    CAST(NULL AS BIGINT) AS saving_bytes,
    k.record_offset
FROM current_keys AS k
INNER JOIN current_patterns AS p ON p.pattern_id = k.pattern_id
WHERE
    p.namespace IS NULL
    AND regexp_extract(p.pattern, '^[A-Za-z][A-Za-z0-9_.-]*/', 0) <> ''
