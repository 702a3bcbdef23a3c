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
WITH tiers AS (
    SELECT
        p.pattern_id,
        CASE
            WHEN lower(p.second_segment) = 'cache' OR list_contains(getvariable('role_cache'), p.second_segment)
                THEN coalesce(getvariable('ttl-above-tier.cache_seconds'), 86400)
            WHEN lower(p.second_segment) = 'session' OR list_contains(getvariable('role_session'), p.second_segment)
                THEN coalesce(getvariable('ttl-above-tier.session_seconds'), 86400)
            WHEN lower(p.second_segment) = 'rate' OR list_contains(getvariable('role_rate'), p.second_segment)
                THEN coalesce(getvariable('ttl-above-tier.rate_seconds'), 300)
            WHEN p.namespace IS NULL THEN NULL
            WHEN lower(p.first_segment) = 'cache' THEN coalesce(getvariable('ttl-above-tier.cache_seconds'), 86400)
            WHEN lower(p.first_segment) = 'session' THEN coalesce(getvariable('ttl-above-tier.session_seconds'), 86400)
            WHEN lower(p.first_segment) = 'rate' THEN coalesce(getvariable('ttl-above-tier.rate_seconds'), 300)
        END AS limit_seconds
    FROM current_patterns AS p
    WHERE p.expiring_keys > 0
)

SELECT
    k.db,
    k.name,
    k.raw,
    k.pattern,
    CAST(ttl(k.expires_at_ms, s.taken_at_ms) AS DOUBLE) AS measured,
    CAST(t.limit_seconds AS DOUBLE) AS threshold,
    'seconds' AS unit,
    CAST(ttl(k.expires_at_ms, s.taken_at_ms) AS VARCHAR) || ' s left, the tier allows ' || CAST(t.limit_seconds AS VARCHAR) || ' s' AS message,
    k.memory_bytes,
    CAST(NULL AS BIGINT) AS saving_bytes
FROM current_keys AS k
INNER JOIN tiers AS t ON t.pattern_id = k.pattern_id
CROSS JOIN current_snapshot AS s
WHERE
    t.limit_seconds IS NOT NULL
    AND CAST(k.expires_at_ms AS DOUBLE) - s.taken_at_ms > CAST(t.limit_seconds AS DOUBLE) * 1000
