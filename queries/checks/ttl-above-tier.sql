/*---
title: More time left than the tier allows
severity: low
confidence: high
subject: key
why: A cache entry of weeks or a rate window of hours is a unit mistaken (ms for s) or a copy that grows
  stale.
fix: Lower the expiry to the tier, or raise the tier's limit with --param.
before: `SET app:cache:product:17 … EX 864000`
after: `SET app:cache:product:17 … EX 86400`
params:
  cache_seconds: 86400 | seconds | most that a cache entry may have left
  session_seconds: 86400 | seconds | most that a session may have left
  rate_seconds: 300 | seconds | most that a rate limit may have left
---*/
WITH words AS (
    SELECT 'cache' AS word, 'cache' AS role
    UNION
    SELECT 'session' AS word, 'session' AS role
    UNION
    SELECT 'rate' AS word, 'rate' AS role
    UNION
    SELECT 'lock' AS word, 'lock' AS role
    UNION
    SELECT lower(unnest(getvariable('role_cache'))) AS word, 'cache' AS role
    WHERE getvariable('role_cache') IS NOT NULL
    UNION
    SELECT lower(unnest(getvariable('role_session'))) AS word, 'session' AS role
    WHERE getvariable('role_session') IS NOT NULL
    UNION
    SELECT lower(unnest(getvariable('role_rate'))) AS word, 'rate' AS role
    WHERE getvariable('role_rate') IS NOT NULL
    UNION
    SELECT lower(unnest(getvariable('role_lock'))) AS word, 'lock' AS role
    WHERE getvariable('role_lock') IS NOT NULL
),

-- A name that begins with a role has no namespace before it, unless that word is known as one.
roles AS (
    SELECT
        p.pattern_id,
        CASE
            WHEN s.role IS NULL OR NOT coalesce(list_contains(getvariable('namespaces'), p.first_segment), false)
                THEN coalesce(f.role, s.role)
            ELSE s.role
        END AS role
    FROM current_patterns AS p
    LEFT JOIN words AS f ON f.word = lower(p.first_segment)
    LEFT JOIN words AS s ON s.word = lower(p.second_segment)
    WHERE p.expiring_keys > 0
),

tiers AS (
    SELECT
        r.pattern_id,
        any_value(s.taken_at_ms) AS taken_at_ms,
        min(
            CASE r.role
                WHEN 'cache' THEN coalesce(getvariable('ttl-above-tier.cache_seconds'), 86400)
                WHEN 'session' THEN coalesce(getvariable('ttl-above-tier.session_seconds'), 86400)
                WHEN 'rate' THEN coalesce(getvariable('ttl-above-tier.rate_seconds'), 300)
            END
        ) AS limit_seconds
    FROM roles AS r
    CROSS JOIN current_snapshot AS s
    GROUP BY r.pattern_id
)

SELECT
    k.db,
    k.name,
    k.raw,
    k.pattern,
    floor((CAST(k.expires_at_ms AS DOUBLE) - t.taken_at_ms) / 1000) AS measured,
    CAST(t.limit_seconds AS DOUBLE) AS threshold,
    'seconds' AS unit,
    CAST(ttl(k.expires_at_ms, t.taken_at_ms) AS VARCHAR) || ' s left, the tier allows ' || CAST(t.limit_seconds AS VARCHAR) || ' s' AS message,
    k.memory_bytes,
    CAST(NULL AS BIGINT) AS saving_bytes,
    k.record_offset
FROM current_keys AS k
INNER JOIN tiers AS t ON t.pattern_id = k.pattern_id
WHERE
    t.limit_seconds IS NOT NULL
    -- Less than a second over the limit is the part of a second that the time of a dump leaves out.
    AND CAST(k.expires_at_ms AS DOUBLE) - t.taken_at_ms >= CAST(t.limit_seconds AS DOUBLE) * 1000 + 1000
