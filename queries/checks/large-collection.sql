/*---
title: Collections over a million elements
severity: medium
confidence: high
subject: key
why: Deleting, copying or migrating one takes long; on a cluster all of it lies on one node.
fix: Split by a part of the element (hash of the id, date), and delete with UNLINK.
before: `SADD users:online …` with 5 million members
after: `SADD users:online:{0…63} …`
params:
  max_elements: 1000000 | elements | most elements that are not flagged
---*/
SELECT
    k.db,
    k.name,
    k.raw,
    k.pattern,
    CAST(k.elements AS DOUBLE) AS measured,
    CAST(coalesce(getvariable('large-collection.max_elements'), 1000000) AS DOUBLE) AS threshold,
    'elements' AS unit,
    CAST(k.elements AS VARCHAR) || ' elements in one ' || k.type AS message,
    k.memory_bytes,
    CAST(NULL AS BIGINT) AS saving_bytes,
    k.record_offset
FROM current_keys AS k
WHERE k.type IN ('list', 'set', 'zset', 'hash', 'stream', 'array') AND k.elements > coalesce(getvariable('large-collection.max_elements'), 1000000)
