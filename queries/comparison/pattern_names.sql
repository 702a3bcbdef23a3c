/*---
title: Patterns of two snapshots by the name under which they are compared
description: Numbers of patterns differ between snapshots, and so can the point where a position becomes {*}. An old pattern that the new snapshot does not have goes to the new pattern with {*} that covers it.
columns:
  snapshot_id: the snapshot
  pattern_id: pattern as in key_rows; of a thinned snapshot, which has none, as in patterns
  pattern: name that both snapshots share
---*/
WITH merges AS (
    SELECT snapshot_id, pattern_id, final_id
    FROM pattern_merges
    WHERE snapshot_id IN (getvariable('old_snapshot'), getvariable('new_snapshot'))

    UNION ALL

    SELECT p.snapshot_id, p.pattern_id, p.pattern_id AS final_id
    FROM patterns AS p
    ANTI JOIN pattern_merges AS m ON m.snapshot_id = p.snapshot_id
    WHERE p.snapshot_id IN (getvariable('old_snapshot'), getvariable('new_snapshot'))
),

old_patterns AS (
    SELECT p.pattern_id, p.pattern, string_split(p.pattern, ':') AS segments
    FROM patterns AS p
    WHERE p.snapshot_id = getvariable('old_snapshot')
),

new_patterns AS (
    SELECT p.pattern_id, p.pattern, string_split(p.pattern, ':') AS segments
    FROM patterns AS p
    WHERE p.snapshot_id = getvariable('new_snapshot')
),

missing AS (
    SELECT o.pattern, o.segments
    FROM old_patterns AS o
    ANTI JOIN new_patterns AS n ON n.pattern = o.pattern
),

covered AS (
    SELECT m.pattern, min(n.pattern) AS covering
    FROM missing AS m
    INNER JOIN new_patterns AS n ON
        len(n.segments) = len(m.segments)
        AND contains(n.pattern, '{*}')
        AND starts_with(m.pattern, split_part(n.pattern, '{*}', 1))
        AND len(list_filter(
            list_zip(n.segments, m.segments), lambda pair: pair[1] <> '{*}' AND pair[1] <> pair[2]
        )) = 0
    GROUP BY m.pattern
)

SELECT m.snapshot_id, m.pattern_id, n.pattern
FROM merges AS m
INNER JOIN new_patterns AS n ON n.pattern_id = m.final_id
WHERE m.snapshot_id = getvariable('new_snapshot')

UNION ALL

SELECT m.snapshot_id, m.pattern_id, coalesce(c.covering, o.pattern) AS pattern
FROM merges AS m
INNER JOIN old_patterns AS o ON o.pattern_id = m.final_id
LEFT JOIN covered AS c ON c.pattern = o.pattern
WHERE m.snapshot_id = getvariable('old_snapshot')
