/*---
title: Names of a single character
severity: low
confidence: high
subject: key
why: Such a key is a leftover of an experiment, or nobody can tell what it is for.
fix: Delete it, or give it a name that says what it is.
before: `x`
after: `shop:import:cursor`
---*/
SELECT
    k.db,
    k.name,
    k.raw,
    k.pattern,
    CAST(length(k.name) AS DOUBLE) AS measured,
    CAST(1 AS DOUBLE) AS threshold,
    'characters' AS unit,
    'the name is a single character' AS message,
    k.memory_bytes,
    CAST(NULL AS BIGINT) AS saving_bytes
FROM current_keys AS k
WHERE
    (length(k.name) = 1 OR (k.raw IS NOT NULL AND k.key_bytes = 1))
    -- A character takes at most four bytes.
    AND k.pattern_id IN (SELECT p.pattern_id FROM current_patterns AS p WHERE p.shortest_name_bytes <= 4)
