/*---
title: Sets whose members carry a number
severity: low
confidence: medium
subject: key
why: `name:score` in a set cannot be ranked or changed in place.
fix: Use a sorted set: the number becomes the score.
before: `SADD board alice:1200`
after: `ZADD board 1200 alice`
params:
  min_members: 3 | members | fewest members that are flagged
---*/
SELECT
    k.db,
    k.name,
    k.raw,
    k.pattern,
    CAST(k.elements AS DOUBLE) AS measured,
    CAST(coalesce(getvariable('set-with-scores.min_members'), 3) AS DOUBLE) AS threshold,
    'members' AS unit,
    'all ' || CAST(k.elements AS VARCHAR) || ' members end in a number behind a colon' AS message,
    k.memory_bytes,
    CAST(NULL AS BIGINT) AS saving_bytes,
    k.record_offset
FROM current_keys AS k
WHERE k.type = 'set' AND k.elements >= coalesce(getvariable('set-with-scores.min_members'), 3) AND k.scored_members = k.elements
