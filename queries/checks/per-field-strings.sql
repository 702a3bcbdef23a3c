/*---
title: One string per attribute of an entity
severity: low
confidence: medium
subject: key
why: Each key costs 50 to 100 bytes beside its value; a hash holds all attributes for the price of one key.
fix: Put the attributes of one entity into a hash.
before: `app:user:17:name`, `app:user:17:email`, `app:user:17:age`
after: `HSET app:user:17 name … email … age …`
params:
  min_attributes: 3 | keys | fewest strings of one entity that are flagged
---*/
WITH candidates AS (
    SELECT
        p.pattern_id,
        regexp_extract(p.pattern, '^(.*\{(int|uuid|hex|token|email)\}\}?):[^:{}]+$', 1) AS parent
    FROM current_patterns AS p
    WHERE
        p.types = 'string'
        AND regexp_extract(p.pattern, '\{(int|uuid|hex|token|email)\}\}?:[^:{}]+$', 0) <> ''
),

entities AS (
    SELECT c.parent
    FROM candidates AS c
    GROUP BY c.parent
    HAVING count(*) >= coalesce(getvariable('per-field-strings.min_attributes'), 3)
),

attributes AS (
    SELECT k.*, regexp_extract(k.name, '^(.*):[^:]*$', 1) AS entity
    FROM current_keys AS k
    WHERE
        k.type = 'string'
        AND k.pattern_id IN (
            SELECT c.pattern_id FROM candidates AS c INNER JOIN entities AS e ON e.parent = c.parent
        )
),

crowded AS (
    SELECT a.db, a.entity, count(*) AS attributes
    FROM attributes AS a
    GROUP BY a.db, a.entity
    HAVING count(*) >= coalesce(getvariable('per-field-strings.min_attributes'), 3)
)

SELECT
    k.db,
    k.name,
    k.raw,
    k.pattern,
    CAST(c.attributes AS DOUBLE) AS measured,
    CAST(coalesce(getvariable('per-field-strings.min_attributes'), 3) AS DOUBLE) AS threshold,
    'keys' AS unit,
    'one of ' || CAST(c.attributes AS VARCHAR) || ' strings of one entity' AS message,
    k.memory_bytes,
    greatest(k.memory_bytes - k.value_bytes - 16, 0) AS saving_bytes,
    k.record_offset
FROM attributes AS k
INNER JOIN crowded AS c ON c.db = k.db AND c.entity = k.entity
