/*---
title: Many keys with one hash tag
severity: medium
confidence: high
subject: key
why: All keys of one tag lie in one slot: the node that holds it gets all their traffic and memory, and
  nothing can spread them.
fix: Put a finer id into the tag, or leave the tag out where no command needs the keys together.
before: `{tenant:7}:doc:1` … `{tenant:7}:doc:90000`
after: `doc:{7-1}`, or no tag
params:
  max_keys: 1000 | keys | most keys of one tag that are not flagged
---*/
WITH tagged AS (
    SELECT p.pattern_id
    FROM current_patterns AS p
    WHERE p.braced_names
),

-- Keys of one tag share a slot: a tag is looked for only in slots that have keys enough.
crowded AS (
    SELECT k.slot
    FROM current_keys AS k
    WHERE k.pattern_id IN (SELECT t.pattern_id FROM tagged AS t)
    GROUP BY k.slot
    HAVING count(*) > coalesce(getvariable('hot-hash-tag.max_keys'), 1000)
),

tags AS (
    SELECT k.hash_tag, count(*) AS keys
    FROM current_keys AS k
    WHERE
        k.slot IN (SELECT c.slot FROM crowded AS c)
        AND k.pattern_id IN (SELECT t.pattern_id FROM tagged AS t)
        AND k.hash_tag IS NOT NULL
    GROUP BY k.hash_tag
    HAVING count(*) > coalesce(getvariable('hot-hash-tag.max_keys'), 1000)
)

SELECT
    k.db,
    k.name,
    k.raw,
    k.pattern,
    CAST(t.keys AS DOUBLE) AS measured,
    CAST(coalesce(getvariable('hot-hash-tag.max_keys'), 1000) AS DOUBLE) AS threshold,
    'keys' AS unit,
    CAST(t.keys AS VARCHAR) || ' keys share the hash tag {' || t.hash_tag || '}' AS message,
    k.memory_bytes,
    CAST(NULL AS BIGINT) AS saving_bytes,
    k.record_offset
FROM current_keys AS k
INNER JOIN tags AS t ON t.hash_tag = k.hash_tag
WHERE
    k.slot IN (SELECT c.slot FROM crowded AS c)
    AND k.pattern_id IN (SELECT p.pattern_id FROM tagged AS p)
