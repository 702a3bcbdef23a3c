/*---
title: A pattern that jumps out of its own history
severity: medium
confidence: medium
subject: pattern
needs: history
why: A pattern that was steady for nights and is suddenly far larger, or gone, is a release, a leak, a lost expiry or a
  deletion that somebody should know of. Median and median absolute deviation of the earlier snapshots are the measure:
  neither one odd night nor steady growth moves them much. What was the same a week before is no jump, such as a batch
  on every Sunday.
fix: Look at `rdbscope diff` for what came and went, and at `rdbscope trends` for the nights before; a change that was meant
  is forgotten after a week.
before: a cache of 40 MB, give or take two, that has 400 MB tonight
after: the same, and the release that caused it is known
params:
  deviations: 6 | deviations | how many median absolute deviations, scaled to those of a normal distribution, are a jump
  min_share: 0.5 | share of the median | smallest jump that is flagged, beside its own median
  min_bytes: 1000000 | bytes | smallest jump that is flagged
---*/
WITH timed AS (
    SELECT h.snapshot_id, h.lineage, h.at_ms, h.snapshot_id = s.snapshot_id AS is_current
    FROM history_points AS h
    CROSS JOIN current_snapshot AS s
),

present AS (
    SELECT t.* FROM timed AS t WHERE t.is_current
),

earlier AS (
    SELECT t.snapshot_id, (n.at_ms - t.at_ms) / 86400000.0 AS age
    FROM timed AS t
    INNER JOIN present AS n ON n.lineage = t.lineage
    WHERE t.at_ms < n.at_ms OR (t.at_ms = n.at_ms AND t.snapshot_id < n.snapshot_id)
),

known AS (
    SELECT DISTINCT p.pattern
    FROM history_patterns AS p
    WHERE
        p.snapshot_id IN (SELECT e.snapshot_id FROM earlier AS e)
        OR p.snapshot_id = (SELECT n.snapshot_id FROM present AS n)
),

series AS (
    SELECT k.pattern, e.age, coalesce(p.memory_bytes, 0) AS bytes
    FROM known AS k
    CROSS JOIN earlier AS e
    LEFT JOIN history_patterns AS p ON p.snapshot_id = e.snapshot_id AND p.pattern = k.pattern
),

middles AS (
    SELECT s.pattern, median(s.bytes) AS middle
    FROM series AS s
    GROUP BY s.pattern
),

spreads AS (
    SELECT m.pattern, any_value(m.middle) AS middle, median(abs(s.bytes - m.middle)) AS spread, count(*) AS snapshots
    FROM series AS s
    INNER JOIN middles AS m ON m.pattern = s.pattern
    GROUP BY m.pattern
),

-- 1.4826 makes the median absolute deviation of a normal distribution its standard deviation.
limits AS (
    SELECT
        r.pattern,
        r.middle,
        r.snapshots,
        coalesce(p.memory_bytes, 0) AS bytes,
        p.memory_bytes,
        greatest(
            coalesce(getvariable('pattern-anomaly.deviations'), 6) * 1.4826 * r.spread,
            coalesce(getvariable('pattern-anomaly.min_share'), 0.5) * r.middle,
            coalesce(getvariable('pattern-anomaly.min_bytes'), 1000000)
        ) AS allowed
    FROM spreads AS r
    LEFT JOIN patterns AS p ON p.pattern = r.pattern AND p.snapshot_id = (SELECT n.snapshot_id FROM present AS n)
)

SELECT
    CAST(NULL AS BIGINT) AS db,
    l.pattern AS name,
    CAST(NULL AS BLOB) AS raw,
    l.pattern,
    CAST(abs(l.bytes - l.middle) AS DOUBLE) AS measured,
    CAST(l.allowed AS DOUBLE) AS threshold,
    'bytes from the median' AS unit,
    CASE
        WHEN l.bytes = 0 THEN 'gone: ' || human_bytes(CAST(l.middle AS BIGINT)) || ' were usual'
        WHEN l.middle = 0 THEN human_bytes(l.bytes) || ', where nothing was usual'
        ELSE human_bytes(l.bytes) || ', where ' || human_bytes(CAST(l.middle AS BIGINT)) || ' were usual'
    END || ' in the ' || CAST(l.snapshots AS VARCHAR) || ' snapshots before' AS message,
    CAST(l.memory_bytes AS BIGINT) AS memory_bytes,
    CAST(NULL AS BIGINT) AS saving_bytes
FROM limits AS l
WHERE
    abs(l.bytes - l.middle) > l.allowed
    AND l.snapshots >= 5
    AND NOT EXISTS (
        SELECT 1
        FROM series AS w
        WHERE w.pattern = l.pattern AND w.age BETWEEN 6.5 AND 7.5 AND abs(l.bytes - w.bytes) <= l.allowed
    )
