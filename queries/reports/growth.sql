/*---
title: Growth
description: Memory over the snapshots of a node up to this one, thinned ones too: of all its keys and of the patterns that move most; of several nodes, of all keys of each.
limit: 13
columns:
  total: text | total of | all keys of the node, or in a report of several the node; unknown for a pattern
  pattern: pattern | pattern | the name with its variable parts replaced
  last_bytes: bytes | memory | memory in this snapshot
  first_bytes: bytes | at first | memory in the node's first snapshot, 0 where the pattern is not in it
  bytes_per_day: bytes | a day | slope of a line through all snapshots (least squares)
  series: series | course | time in Unix milliseconds and memory of each snapshot, the oldest first
---*/
WITH chosen AS (
    SELECT h.snapshot_id, h.lineage, h.at_ms
    FROM node_history AS h
    WHERE h.snapshot_id IN (SELECT unnest(getvariable('snapshots')))
),

timed AS (
    SELECT
        c.snapshot_id AS chosen_id,
        h.lineage,
        h.snapshot_id,
        h.at_ms,
        h.at_ms / 86400000.0 AS day,
        coalesce(s.memory_bytes, 0) AS memory_bytes
    FROM chosen AS c
    INNER JOIN node_history AS h ON h.lineage = c.lineage
    INNER JOIN snapshots AS s ON s.snapshot_id = h.snapshot_id
    WHERE
        (h.at_ms < c.at_ms OR (h.at_ms = c.at_ms AND h.snapshot_id <= c.snapshot_id))
        -- What a damaged dump lacks has not gone.
        AND (s.damage IS NULL OR h.snapshot_id = c.snapshot_id)
),

spans AS (
    SELECT
        chosen_id,
        avg(day) AS mean_day,
        count(*) * var_pop(day) AS squares
    FROM timed
    GROUP BY chosen_id
    HAVING count(*) >= 3 AND max(day) > min(day) AND max(memory_bytes) > 0
),

totals AS (
    SELECT
        t.chosen_id,
        any_value(t.lineage) AS lineage,
        regr_slope(t.memory_bytes, t.day) AS bytes_per_day,
        list([t.at_ms, CAST(t.memory_bytes AS BIGINT)] ORDER BY t.at_ms, t.snapshot_id) AS series
    FROM timed AS t
    INNER JOIN spans AS s ON s.chosen_id = t.chosen_id
    GROUP BY t.chosen_id
),

-- Least squares over all snapshots without a row for each in which the pattern is not: zeros add nothing to the sum.
slopes AS (
    SELECT
        t.chosen_id,
        p.pattern,
        sum(coalesce(p.memory_bytes, 0) * (t.day - s.mean_day)) / any_value(s.squares) AS bytes_per_day
    FROM timed AS t
    INNER JOIN spans AS s ON s.chosen_id = t.chosen_id
    INNER JOIN patterns AS p ON p.snapshot_id = t.snapshot_id
    WHERE (SELECT count(*) FROM chosen) = 1
    GROUP BY t.chosen_id, p.pattern
),

ranked AS (
    SELECT
        w.*,
        row_number() OVER (ORDER BY abs(w.bytes_per_day) DESC, p.memory_bytes DESC, w.pattern) AS place
    FROM slopes AS w
    INNER JOIN patterns AS p ON p.snapshot_id = w.chosen_id AND p.pattern = w.pattern
    WHERE
        p.memory_bytes > 0
        -- Set where a report is cut to an owner.
        AND (
            getvariable('owned') IS NULL
            OR p.pattern IN (SELECT unnest(CAST(getvariable('owned') AS VARCHAR[])))
        )
),

drawn AS (
    SELECT
        r.pattern,
        any_value(r.bytes_per_day) AS bytes_per_day,
        list([t.at_ms, coalesce(p.memory_bytes, 0)] ORDER BY t.at_ms, t.snapshot_id) AS series
    FROM ranked AS r
    INNER JOIN timed AS t ON t.chosen_id = r.chosen_id
    LEFT JOIN patterns AS p ON p.snapshot_id = t.snapshot_id AND p.pattern = r.pattern
    WHERE r.place <= 12
    GROUP BY r.pattern
),

parts AS (
    SELECT
        CASE
            WHEN (SELECT count(*) FROM chosen) = 1 THEN 'all keys'
            ELSE regexp_replace(o.lineage, '^(node|file) ', '')
        END AS total,
        CAST(NULL AS VARCHAR) AS pattern,
        o.bytes_per_day,
        o.series
    FROM totals AS o
    UNION ALL
    SELECT
        CAST(NULL AS VARCHAR) AS total,
        d.pattern,
        d.bytes_per_day,
        d.series
    FROM drawn AS d
)

SELECT
    total,
    pattern,
    series[-1][2] AS last_bytes,
    series[1][2] AS first_bytes,
    CAST(round(bytes_per_day) AS BIGINT) AS bytes_per_day,
    series
FROM parts
ORDER BY pattern IS NOT NULL, abs(bytes_per_day) DESC, series[-1][2] DESC, coalesce(pattern, total)
