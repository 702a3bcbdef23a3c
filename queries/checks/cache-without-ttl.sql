/*---
title: Cache entries without expiry
severity: medium
confidence: medium
subject: key
why: What can be computed again should leave by itself; without an expiry it stays until the memory is full.
fix: Write cache entries with an expiry. More names for the role: `roles.cache` in rdbscope.toml.
before: `SET app:cache:product:17 …`
after: `SET app:cache:product:17 … EX 3600`
params:
  min_keys: 10 | keys | smallest group of strings that is taken for a cache because everything like it expires
  expiring_share: 0.75 | share | share of such groups that expire before the rest is flagged
---*/
WITH groups AS (
    SELECT
        p.pattern_id,
        p.db,
        sum(p.expiring_keys) AS expiring_keys
    FROM pattern_forms AS p
    INNER JOIN current_snapshot AS s ON s.snapshot_id = p.snapshot_id
    INNER JOIN forms AS f ON f.snapshot_id = p.snapshot_id AND f.form_id = p.form_id
    -- Counters are state, not copies of something.
    WHERE f.type = 'string' AND (f.kind IS NULL OR f.kind NOT IN ('integer', 'bitmap', 'hyperloglog'))
    GROUP BY p.pattern_id, p.db
    HAVING sum(p.keys) >= coalesce(getvariable('cache-without-ttl.min_keys'), 10)
),

-- Databases in which nearly every group of strings expires: they are caches, whatever their names say.
caches AS (
    SELECT g.db
    FROM groups AS g
    GROUP BY g.db
    HAVING
        count(*) FILTER (WHERE g.expiring_keys > 0) >= 3
        AND count(*) FILTER (WHERE g.expiring_keys > 0)
        >= coalesce(getvariable('cache-without-ttl.expiring_share'), 0.75) * count(*)
),

named AS (
    SELECT p.pattern_id, CAST(NULL AS BIGINT) AS db
    FROM current_patterns AS p
    WHERE
        p.expiring_keys < p.keys
        AND (
            lower(p.second_segment) IN ('cache', 'caches', 'cached')
            OR list_contains(getvariable('role_cache'), p.second_segment)
            OR list_contains(getvariable('role_cache'), p.first_segment)
            OR regexp_extract(lower(literal_text(p.first_segment)), '(^|[-_])(cache|caches)$', 0) <> ''
        )
),

told_by_others AS (
    SELECT g.pattern_id, g.db
    FROM groups AS g
    INNER JOIN current_patterns AS p ON p.pattern_id = g.pattern_id
    WHERE
        g.expiring_keys = 0
        AND p.pattern <> p.literal
        -- Nobody looks up or deletes by prefix what has nothing but a random name.
        AND (
            g.db IN (SELECT c.db FROM caches AS c)
            OR regexp_extract(p.pattern, '^\{(hex|uuid|token)\}$', 0) <> ''
        )
),

roles AS (
    SELECT n.pattern_id, n.db FROM named AS n
    UNION
    SELECT t.pattern_id, t.db FROM told_by_others AS t
)

SELECT
    k.db,
    k.name,
    k.raw,
    k.pattern,
    CAST(NULL AS DOUBLE) AS measured,
    CAST(NULL AS DOUBLE) AS threshold,
    CAST(NULL AS VARCHAR) AS unit,
    'a cache entry without expiry' AS message,
    k.memory_bytes,
    CAST(NULL AS BIGINT) AS saving_bytes,
    k.record_offset
FROM current_keys AS k
INNER JOIN (SELECT DISTINCT r.pattern_id FROM roles AS r) AS r ON r.pattern_id = k.pattern_id
WHERE k.expires_at_ms IS NULL
