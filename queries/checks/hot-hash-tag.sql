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
-- Few names have a brace, and the pattern tells where: a tag is only looked for there.
WITH suspects AS (
    SELECT m.snapshot_id, m.pattern_id AS first_id, p.pattern_id
    FROM current_patterns AS p
    INNER JOIN current_snapshot AS s ON true
    INNER JOIN pattern_merges AS m ON m.snapshot_id = s.snapshot_id AND m.final_id = p.pattern_id
    WHERE p.braced_keys > 0
),

tags AS (
    SELECT hash_tag(k.name) AS tag, count(*) AS keys
    FROM key_rows AS k
    INNER JOIN suspects AS q ON q.snapshot_id = k.snapshot_id AND q.first_id = k.pattern_id
    GROUP BY hash_tag(k.name)
    HAVING hash_tag(k.name) IS NOT NULL AND count(*) > coalesce(getvariable('hot-hash-tag.max_keys'), 1000)
)

SELECT
    k.db,
    k.name,
    k.raw,
    k.pattern,
    CAST(t.keys AS DOUBLE) AS measured,
    CAST(coalesce(getvariable('hot-hash-tag.max_keys'), 1000) AS DOUBLE) AS threshold,
    'keys' AS unit,
    CAST(t.keys AS VARCHAR) || ' keys share the hash tag {' || t.tag || '}' AS message,
    k.memory_bytes,
    CAST(NULL AS BIGINT) AS saving_bytes
FROM current_keys AS k
INNER JOIN tags AS t ON t.tag = hash_tag(k.name)
WHERE k.pattern_id IN (SELECT q.pattern_id FROM suspects AS q)
