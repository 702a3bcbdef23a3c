/*---
title: Sorted sets whose scores are all 0
severity: low
confidence: high
subject: key
why: A sorted set costs a skiplist beside its table; with equal scores it only sorts by member.
fix: Use a set, unless ranges by member (ZRANGEBYLEX) are needed.
before: `ZADD tags 0 red 0 blue`
after: `SADD tags red blue`
---*/
SELECT
    k.db,
    k.name,
    k.raw,
    k.pattern,
    CAST(k.elements AS DOUBLE) AS measured,
    CAST(2 AS DOUBLE) AS threshold,
    'members' AS unit,
    'all ' || CAST(k.elements AS VARCHAR) || ' scores are 0' AS message,
    k.memory_bytes,
    CAST(NULL AS BIGINT) AS saving_bytes,
    k.record_offset
FROM current_keys AS k
WHERE k.type = 'zset' AND k.equal_score = 0 AND k.elements >= 2
