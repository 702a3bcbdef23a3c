/*---
title: The namespace in another spelling
severity: low
confidence: high
subject: key
why: `my-app` and `myapp` are two keyspaces for every tool; one of them is forgotten when keys are listed,
  granted or deleted.
fix: Rename to the spelling that most keys use.
before: `My-App:session:17`
after: `myapp:session:17`
params:
  dominant_share: 0.95 | share | share of the keys that makes one spelling the rule where none is configured
---*/
WITH spellings AS (
    SELECT
        p.first_segment AS spelling,
        lower(replace(replace(p.first_segment, '-', ''), '_', '')) AS plain,
        sum(p.keys) AS keys
    FROM current_patterns AS p
    WHERE p.namespace IS NOT NULL AND p.namespace <> '' AND p.literal <> ''
    GROUP BY p.first_segment
),

known AS (
    SELECT unnest(getvariable('namespaces')) AS namespace
    WHERE getvariable('namespaces') IS NOT NULL

    UNION ALL

    SELECT s.spelling
    FROM spellings AS s
    WHERE
        getvariable('namespaces') IS NULL
        AND s.keys >= coalesce(getvariable('inconsistent-namespace.dominant_share'), 0.95) * (
            SELECT sum(a.keys) FROM spellings AS a WHERE a.plain = s.plain
        )
),

flagged AS (
    SELECT p.pattern_id, k.namespace
    FROM current_patterns AS p
    INNER JOIN known AS k
        ON
            lower(replace(replace(k.namespace, '-', ''), '_', ''))
            = lower(replace(replace(p.first_segment, '-', ''), '_', ''))
    WHERE p.namespace IS NOT NULL AND p.first_segment NOT IN (SELECT n.namespace FROM known AS n)
)

SELECT
    k.db,
    k.name,
    k.raw,
    k.pattern,
    CAST(NULL AS DOUBLE) AS measured,
    CAST(NULL AS DOUBLE) AS threshold,
    CAST(NULL AS VARCHAR) AS unit,
    'the namespace is written ' || f.namespace || ' elsewhere' AS message,
    k.memory_bytes,
    CAST(NULL AS BIGINT) AS saving_bytes,
    k.record_offset
FROM current_keys AS k
INNER JOIN flagged AS f ON f.pattern_id = k.pattern_id
