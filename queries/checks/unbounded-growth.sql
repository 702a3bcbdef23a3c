/*---
title: Keys and patterns that only ever grow
severity: medium
confidence: medium
subject: key-or-pattern
needs: aof or history
why: It grows until the memory is full. In a log, elements were added to the key and never removed. In snapshots, the
  pattern has more night after night, and more than ever before; and most of its keys do not expire. The last three weeks
  count, one snapshot a day, of snapshots further apart the last six. Of two snapshots the later one must have more, in
  nine of ten pairs, and the median rise a day must add up to a material part of the pattern and of the node; after three
  weeks only the same days of the week are compared. Neither an odd night, nor one jump, nor the ups and downs of a
  week or a month are growth.
fix: Trim with each write (`XADD … MAXLEN ~ 10000`, `LTRIM`), add a reader, delete what is done, or let it expire. How
  long there is room, `rdbscope trends` tells.
before: `XADD app:events * …`, and `app:log:{int}` with 20 MB more every night
after: `XADD app:events MAXLEN ~ 10000 * …`, and `app:log:{int}` with EX 604800
params:
  min_pushes: 100 | commands | fewest commands of a log that added elements
  days: 21 | days | how far back snapshots are looked at
  min_snapshots: 6 | snapshots | fewest snapshots, which can lie further back
  min_days: 7 | days | shortest time between the first and the last of them
  steadiness: 0.9 | share of the pairs | pairs of snapshots of which the later one has more
  min_share: 0.1 | share of what it was | smallest growth that is flagged
  min_node_share: 0.01 | share of the node | smallest growth that is flagged
  min_bytes: 1000000 | bytes | smallest growth that is flagged
---*/
WITH present AS (
    SELECT h.snapshot_id, h.lineage, h.at_ms / 86400000.0 AS day, h.memory_bytes
    FROM history_points AS h
    INNER JOIN current_snapshot AS s ON s.snapshot_id = h.snapshot_id
),

aged AS (
    SELECT h.snapshot_id, n.day - h.at_ms / 86400000.0 AS age
    FROM history_points AS h
    INNER JOIN present AS n ON n.lineage = h.lineage
    WHERE h.snapshot_id = n.snapshot_id OR h.at_ms / 86400000.0 < n.day
),

-- One a day, as near as there is to the hour of the newest: a day has its ups and downs too.
daily AS (
    SELECT
        a.snapshot_id,
        a.age,
        row_number() OVER (
            PARTITION BY round(a.age) ORDER BY abs(a.age - round(a.age)), a.snapshot_id DESC
        ) AS place
    FROM aged AS a
),

recent AS (
    SELECT r.snapshot_id, r.age
    FROM (
        SELECT d.snapshot_id, d.age, row_number() OVER (ORDER BY d.age) AS place
        FROM daily AS d
        WHERE d.place = 1
    ) AS r
    WHERE
        round(r.age) <= coalesce(getvariable('unbounded-growth.days'), 21)
        OR r.place <= coalesce(getvariable('unbounded-growth.min_snapshots'), 6)
),

span AS (
    SELECT max(r.age) AS days, count(*) AS snapshots, max_by(r.snapshot_id, r.age) AS first_id
    FROM recent AS r
),

-- The few patterns that can be growth at all; the series of all of them would be long.
candidates AS (
    SELECT
        p.pattern,
        p.memory_bytes AS last_bytes,
        coalesce(f.memory_bytes, 0) AS first_bytes,
        s.days,
        s.snapshots,
        greatest(
            coalesce(getvariable('unbounded-growth.min_share'), 0.1) * coalesce(f.memory_bytes, 0),
            coalesce(getvariable('unbounded-growth.min_node_share'), 0.01) * n.memory_bytes,
            coalesce(getvariable('unbounded-growth.min_bytes'), 1000000)
        ) AS allowed
    FROM current_patterns AS p
    CROSS JOIN span AS s
    CROSS JOIN present AS n
    LEFT JOIN history_patterns AS f ON f.snapshot_id = s.first_id AND f.pattern = p.pattern
    WHERE
        2 * p.expiring_keys <= p.keys
        AND p.memory_bytes > coalesce(getvariable('unbounded-growth.min_node_share'), 0.01) * n.memory_bytes
        AND p.memory_bytes > coalesce(getvariable('unbounded-growth.min_bytes'), 1000000)
        AND round(s.days) >= coalesce(getvariable('unbounded-growth.min_days'), 7)
        AND s.snapshots >= coalesce(getvariable('unbounded-growth.min_snapshots'), 6)
),

series AS (
    SELECT
        c.pattern,
        d.age,
        coalesce(p.memory_bytes, 0) AS bytes,
        d.snapshot_id IN (SELECT r.snapshot_id FROM recent AS r) AS is_recent
    FROM candidates AS c
    CROSS JOIN daily AS d
    LEFT JOIN history_patterns AS p ON p.snapshot_id = d.snapshot_id AND p.pattern = c.pattern
    WHERE d.place = 1
),

-- How high it has been, one odd night of many left out: a month that rises and falls has been as high before.
highest AS (
    SELECT
        h.pattern,
        max(h.bytes) FILTER (WHERE h.is_new AND h.rank = CASE WHEN h.points < 7 THEN 1 ELSE 2 END) AS now_bytes,
        max(h.bytes) FILTER (WHERE h.is_old AND h.rank = CASE WHEN h.points < 7 THEN 1 ELSE 2 END) AS before_bytes
    FROM (
        SELECT
            s.pattern,
            s.bytes,
            s.age < 6.5 AS is_new,
            NOT s.is_recent AS is_old,
            count(*) OVER (PARTITION BY s.pattern, s.age < 6.5, s.is_recent) AS points,
            row_number() OVER (PARTITION BY s.pattern, s.age < 6.5, s.is_recent ORDER BY s.bytes DESC) AS rank
        FROM series AS s
    ) AS h
    GROUP BY h.pattern
),

pairs AS (
    SELECT
        o.pattern,
        n.bytes > o.bytes AS rises,
        (n.bytes - o.bytes) / (o.age - n.age) AS per_day,
        round(o.age - n.age) AS days,
        row_number() OVER (PARTITION BY o.pattern, o.age ORDER BY n.age DESC) = 1 AS are_next
    FROM series AS o
    INNER JOIN series AS n ON n.pattern = o.pattern AND n.age < o.age
    WHERE o.is_recent AND n.is_recent
),

-- With three weeks of daily snapshots each is compared with the same day of other weeks only. A jump is in fewer than half
-- of the steps, of a day or of a week.
rises AS (
    SELECT
        p.pattern,
        CASE
            WHEN count(*) FILTER (WHERE p.days = 7) >= 14
                THEN avg(CASE WHEN p.rises THEN 1.0 ELSE 0.0 END) FILTER (WHERE p.days % 7 = 0)
            ELSE avg(CASE WHEN p.rises THEN 1.0 ELSE 0.0 END)
        END AS share,
        CASE
            WHEN count(*) FILTER (WHERE p.days = 7) >= 14 THEN median(p.per_day) FILTER (WHERE p.days = 7)
            ELSE median(p.per_day) FILTER (WHERE p.are_next)
        END AS per_day
    FROM pairs AS p
    GROUP BY p.pattern
)

SELECT
    k.db,
    k.name,
    k.raw,
    k.pattern,
    CAST(a.grows AS DOUBLE) AS measured,
    CAST(coalesce(getvariable('unbounded-growth.min_pushes'), 100) AS DOUBLE) AS threshold,
    'commands' AS unit,
    CAST(a.grows AS VARCHAR) || ' commands added elements and none removed any; it has '
    || CAST(k.elements AS VARCHAR) AS message,
    k.memory_bytes,
    CAST(NULL AS BIGINT) AS saving_bytes
FROM aof_keys AS a
INNER JOIN current_keys AS k ON k.db = a.db AND k.name = a.name
WHERE
    a.snapshot_id = (SELECT s.snapshot_id FROM current_snapshot AS s)
    AND k.type IN ('list', 'stream')
    AND k.expires_at_ms IS NULL
    AND a.grows >= coalesce(getvariable('unbounded-growth.min_pushes'), 100)
    AND a.shrinks = 0
    AND a.deletes = 0
    AND a.writes_error = 0
UNION ALL
SELECT
    CAST(NULL AS BIGINT) AS db,
    c.pattern AS name,
    CAST(NULL AS BLOB) AS raw,
    c.pattern,
    CAST(c.last_bytes - c.first_bytes AS DOUBLE) AS measured,
    CAST(c.allowed AS DOUBLE) AS threshold,
    'bytes' AS unit,
    'grew from ' || human_bytes(c.first_bytes) || ' to ' || human_bytes(c.last_bytes) || ' in '
    || CAST(CAST(round(c.days) AS BIGINT) AS VARCHAR) || ' days, usually by '
    || human_bytes(CAST(round(w.per_day) AS BIGINT)) || ' a day, in ' || CAST(c.snapshots AS VARCHAR) || ' snapshots'
    AS message,
    c.last_bytes AS memory_bytes,
    CAST(NULL AS BIGINT) AS saving_bytes
FROM candidates AS c
INNER JOIN rises AS w ON w.pattern = c.pattern
INNER JOIN highest AS h ON h.pattern = c.pattern
WHERE
    w.share >= coalesce(getvariable('unbounded-growth.steadiness'), 0.9)
    AND w.per_day * c.days > c.allowed
    AND h.now_bytes - coalesce(h.before_bytes, 0) > c.allowed
