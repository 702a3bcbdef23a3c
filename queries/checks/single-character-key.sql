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
    CAST(NULL AS BIGINT) AS saving_bytes,
    k.record_offset
FROM current_keys AS k
INNER JOIN current_patterns AS p ON p.pattern_id = k.pattern_id
WHERE
    -- A character takes at most four bytes.
    p.shortest_name_bytes <= 4
    -- A condition on both sides is tested after the join.
    AND CASE WHEN p.shortest_name_bytes <= 4 THEN length(k.name) = 1 OR (k.raw IS NOT NULL AND k.key_bytes = 1) END
