/*---
title: Sessions without expiry
severity: high
confidence: high
subject: key
why: Sessions that never expire fill the memory for ever, and a stolen one stays valid for ever.
fix: Write sessions with an expiry (SET … EX, EXPIRE in the same transaction). More names for the role:
  `roles.session` in rdbscope.toml.
before: `HSET app:session:ab12 …`
after: `HSET app:session:ab12 …`, `EXPIRE app:session:ab12 1800`
---*/
WITH roles AS (
    SELECT p.pattern_id
    FROM current_patterns AS p
    WHERE
        p.expiring_keys < p.keys
        AND (
            lower(p.second_segment) IN ('session', 'sessions', 'sess')
            OR list_contains(getvariable('role_session'), p.second_segment)
            OR list_contains(getvariable('role_session'), p.first_segment)
            OR regexp_extract(lower(literal_text(p.first_segment)), '^(sess|session|sessions|session-?store)$', 0) <> ''
        )
)

SELECT
    k.db,
    k.name,
    k.raw,
    k.pattern,
    CAST(NULL AS DOUBLE) AS measured,
    CAST(NULL AS DOUBLE) AS threshold,
    CAST(NULL AS VARCHAR) AS unit,
    'a session key without expiry' AS message,
    k.memory_bytes,
    CAST(NULL AS BIGINT) AS saving_bytes,
    k.record_offset
FROM current_keys AS k
WHERE k.expires_at_ms IS NULL AND k.pattern_id IN (SELECT r.pattern_id FROM roles AS r)
