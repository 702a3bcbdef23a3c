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
-- A character takes up to four bytes. The length comes with the patterns, so that names of others are not even read.
WITH suspects AS (
    SELECT p.pattern_id, 1 AS characters
    FROM current_patterns AS p
    WHERE p.shortest_key_bytes <= 4
)

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
INNER JOIN suspects AS q
    ON
        q.pattern_id = k.pattern_id
        AND (length(k.name) = q.characters OR (k.raw IS NOT NULL AND k.key_bytes = q.characters))
