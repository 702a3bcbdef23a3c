/*---
title: Rate limits without expiry
severity: high
confidence: high
subject: key
why: A counter that never expires blocks its client for ever once the limit is reached, and stays in memory.
fix: Set the expiry with the first increment (INCR and EXPIRE in one transaction or script).
before: `INCR app:rate:api:1.2.3.4`
after: `SET app:rate:api:1.2.3.4 0 EX 60 NX`, `INCR …`
---*/
WITH roles AS (
    SELECT p.pattern_id
    FROM current_patterns AS p
    WHERE
        p.expiring_keys < p.keys
        AND (
            lower(p.second_segment) IN ('rate', 'ratelimit', 'rate-limit', 'rate_limit', 'ratelimiter', 'rate-limiter', 'throttle')
            OR list_contains(getvariable('role_rate'), p.second_segment)
            OR list_contains(getvariable('role_rate'), p.first_segment)
            OR regexp_extract(lower(literal_text(p.first_segment)), '^(rate|rl|rlflx|rate[-_]?limit(er|s)?|throttle|throttling|limiter)$', 0) <> ''
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
    'a rate limit without expiry' AS message,
    k.memory_bytes,
    CAST(NULL AS BIGINT) AS saving_bytes,
    k.record_offset
FROM current_keys AS k
WHERE k.expires_at_ms IS NULL AND k.pattern_id IN (SELECT r.pattern_id FROM roles AS r)
