/*---
title: Upper and lower case in one word of the name
severity: low
confidence: medium
subject: key
why: Names are compared byte by byte: `User` and `user` are two keys, and nobody remembers which one was
  meant.
fix: Write names in lower case, with a hyphen or underscore between words.
before: `shop:UserProfile:17`
after: `shop:user-profile:17`
---*/
SELECT
    k.db,
    k.name,
    k.raw,
    k.pattern,
    CAST(NULL AS DOUBLE) AS measured,
    CAST(NULL AS DOUBLE) AS threshold,
    CAST(NULL AS VARCHAR) AS unit,
    'the name mixes upper and lower case' AS message,
    k.memory_bytes,
    CAST(NULL AS BIGINT) AS saving_bytes,
    k.record_offset
FROM current_keys AS k
INNER JOIN current_patterns AS p ON p.pattern_id = k.pattern_id
WHERE
    -- Segment by segment, and only plain words: class names, paths and codes inside a segment are not the owner's choice.
    regexp_extract(
        ':' || p.literal || ':',
        ':[A-Za-z0-9_{}-]*([a-z][A-Za-z0-9_{}-]*[A-Z]|[A-Z][A-Za-z0-9_{}-]*[a-z])[A-Za-z0-9_{}-]*:',
        0
    ) <> ''
