/*---
title: The whole name in upper case
severity: low
confidence: high
subject: key
why: Upper case reads like a command and splits the keyspace from everything that is written in lower case.
fix: Write names in lower case.
before: `SHOP:USER:17`
after: `shop:user:17`
---*/
SELECT
    k.db,
    k.name,
    k.raw,
    k.pattern,
    CAST(NULL AS DOUBLE) AS measured,
    CAST(NULL AS DOUBLE) AS threshold,
    CAST(NULL AS VARCHAR) AS unit,
    'the name is in upper case' AS message,
    k.memory_bytes,
    CAST(NULL AS BIGINT) AS saving_bytes,
    k.record_offset
FROM current_keys AS k
INNER JOIN current_patterns AS p ON p.pattern_id = k.pattern_id
WHERE
    regexp_extract(p.literal, '[A-Z].*[A-Z]', 0) <> ''
    -- Two capitals beside a random id are its beginning; a word has more.
    AND (NOT contains(p.pattern, '{token}') OR regexp_extract(p.literal, '[A-Z]{3}', 0) <> '')
    AND regexp_extract(p.literal, '[a-z]', 0) = ''
    -- A path or address inside a segment is no word of the owner's.
    AND regexp_extract(p.literal, '[/\[\]() ]', 0) = ''
