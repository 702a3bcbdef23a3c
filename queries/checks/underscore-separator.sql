/*---
title: Underscores separate the levels of the name
severity: low
confidence: medium
subject: key
why: Underscores join words inside a level; as separators they leave no way to tell where a level ends.
fix: Rename the keys with colons between levels.
before: `app_user_17_profile`
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
    'underscores separate the levels of the name' AS message,
    k.memory_bytes,
    CAST(NULL AS BIGINT) AS saving_bytes,
    k.record_offset
FROM current_keys AS k
INNER JOIN current_patterns AS p ON p.pattern_id = k.pattern_id
WHERE
    p.namespace IS NULL
    -- Underscores join words inside a level; where a level that varies stands between them, they separate levels.
    AND regexp_extract(p.pattern, '[A-Za-z]_\{(int|uuid|hex|date|token|email|\*)\}_', 0) <> ''
