/*---
title: Names without a known namespace
severity: low
confidence: medium
subject: key
why: Nobody can tell whose keys these are, grant rights on them, or delete them by prefix.
fix: Begin every name with the namespace of its application. Set `namespaces` in rdbscope.toml or name them in
  the conventions table.
before: `user:17:profile` beside `shop:cart:17`
after: `shop:user:17:profile`
params:
  dominant_share: 0.95 | share | share of the keys that makes one namespace the rule where none is configured
---*/
WITH -- Known namespaces: those of the configuration or the conventions table, else the one that nearly all keys share.
known AS (
    SELECT unnest(getvariable('namespaces')) AS namespace
    WHERE getvariable('namespaces') IS NOT NULL

    UNION ALL

    SELECT p.namespace
    FROM current_patterns AS p
    WHERE getvariable('namespaces') IS NULL AND p.namespace IS NOT NULL AND p.namespace <> ''
    GROUP BY p.namespace
    HAVING sum(p.keys) >= coalesce(getvariable('no-namespace.dominant_share'), 0.95) * (SELECT sum(a.keys) FROM current_patterns AS a)
),

flagged AS (
    SELECT p.pattern_id
    FROM current_patterns AS p
    WHERE
        CASE
            WHEN (SELECT count(*) FROM known) > 0
                THEN
                    lower(replace(replace(p.first_segment, '-', ''), '_', ''))
                    NOT IN (SELECT lower(replace(replace(n.namespace, '-', ''), '_', '')) FROM known AS n)
                    -- Another separator is another finding.
                    AND NOT (
                        p.namespace IS NULL
                        AND regexp_extract(lower(p.pattern), '^([a-z0-9]+)[._/-]', 1)
                        IN (SELECT lower(replace(replace(n.namespace, '-', ''), '_', '')) FROM known AS n)
                    )
            -- No namespace is the rule: only names that are nothing but an id, or no word at all, have none.
            ELSE p.namespace IS NULL AND regexp_extract(p.literal, '[A-Za-z]', 0) = ''
        END
)

SELECT
    k.db,
    k.name,
    k.raw,
    k.pattern,
    CAST(NULL AS DOUBLE) AS measured,
    CAST(NULL AS DOUBLE) AS threshold,
    CAST(NULL AS VARCHAR) AS unit,
    'the name begins with no known namespace' AS message,
    k.memory_bytes,
    CAST(NULL AS BIGINT) AS saving_bytes,
    k.record_offset
FROM current_keys AS k
WHERE k.pattern_id IN (SELECT f.pattern_id FROM flagged AS f)
