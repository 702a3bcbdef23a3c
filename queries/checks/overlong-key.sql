/*---
title: Names longer than 100 bytes
severity: low
confidence: high
subject: key
why: Every key pays for its name in memory, in the append-only file and on the wire.
fix: Shorten the constant words, or hash the variable part.
before: `application_service:user_account:17:very_long_description`
after: `app:user:17:desc`
params:
  max_bytes: 100 | bytes | longest name that is not flagged
---*/
SELECT
    k.db,
    k.name,
    k.raw,
    k.pattern,
    CAST(k.key_bytes AS DOUBLE) AS measured,
    CAST(coalesce(getvariable('overlong-key.max_bytes'), 100) AS DOUBLE) AS threshold,
    'bytes' AS unit,
    'the name is ' || CAST(k.key_bytes AS VARCHAR) || ' bytes long' AS message,
    k.memory_bytes,
    CAST(NULL AS BIGINT) AS saving_bytes,
    k.record_offset
FROM current_keys AS k
INNER JOIN current_patterns AS p ON p.pattern_id = k.pattern_id
WHERE
    p.longest_name_bytes > coalesce(getvariable('overlong-key.max_bytes'), 100)
    -- A condition on both sides is tested after the join: where no name of a pattern is so long, none is measured.
    AND CASE
        WHEN p.longest_name_bytes > coalesce(getvariable('overlong-key.max_bytes'), 100)
            THEN k.key_bytes > coalesce(getvariable('overlong-key.max_bytes'), 100)
    END
