/*---
title: Control characters, blanks or undecodable bytes in the name
severity: medium
confidence: high
subject: key
why: Such names break shells, logs and exports, and often show that a serializer wrote the key instead of its
  text.
fix: Use a string serializer for keys; percent-encode user input that goes into a name.
before: `\xac\xed\x00\x05t\x00\x06otp:17` (Java serialization)
after: `otp:17`
---*/
SELECT
    k.db,
    k.name,
    k.raw,
    k.pattern,
    CAST(NULL AS DOUBLE) AS measured,
    CAST(NULL AS DOUBLE) AS threshold,
    CAST(NULL AS VARCHAR) AS unit,
    CASE
        WHEN contains(k.name, ' ') AND k.raw IS NULL THEN 'the name contains blanks'
        ELSE 'the name contains control characters or bytes that are no text'
    END AS message,
    k.memory_bytes,
    CAST(NULL AS BIGINT) AS saving_bytes,
    k.record_offset
FROM current_keys AS k
INNER JOIN current_patterns AS p ON p.pattern_id = k.pattern_id
WHERE
    p.unsafe_names
    -- A condition on both sides is tested after the join.
    AND CASE
        WHEN p.unsafe_names
            THEN
                contains(k.name, ' ')
                -- A backslash alone is written as two; what is left of \x is an escaped byte.
                OR (k.raw IS NOT NULL AND contains(replace(k.name, '\\', ''), '\x'))
    END
