/*---
title: Coordinates in strings
severity: low
confidence: medium
subject: key
why: Latitude and longitude as text can only be fetched by key: no search by radius, and one key per point.
fix: Keep the points in one geo set (GEOADD, GEOSEARCH).
before: `SET driver:location:17 48.2,16.37`
after: `GEOADD drivers 16.37 48.2 17`
---*/
WITH sides AS (
    SELECT
        p.pattern_id,
        regexp_extract(p.pattern, '^(.*)[:_.-](lat|latitude|lon|lng|long|longitude)$', 1) AS place,
        CASE WHEN regexp_extract(p.pattern, '[:_.-](lat|latitude)$', 0) <> '' THEN 'lat' ELSE 'lon' END AS side
    FROM current_patterns AS p
    WHERE p.types = 'string' AND regexp_extract(p.pattern, '[:_.-](lat|latitude|lon|lng|long|longitude)$', 0) <> ''
),

pairs AS (
    SELECT s.place
    FROM sides AS s
    GROUP BY s.place
    HAVING count(DISTINCT s.side) = 2
)

SELECT
    k.db,
    k.name,
    k.raw,
    k.pattern,
    CAST(NULL AS DOUBLE) AS measured,
    CAST(NULL AS DOUBLE) AS threshold,
    CAST(NULL AS VARCHAR) AS unit,
    CASE WHEN k.kind = 'geo' THEN 'a point as text' ELSE 'latitude and longitude in strings of their own' END AS message,
    k.memory_bytes,
    CAST(NULL AS BIGINT) AS saving_bytes,
    k.record_offset
FROM current_keys AS k
WHERE
    k.type = 'string'
    AND (
        k.kind = 'geo'
        OR k.pattern_id IN (SELECT s.pattern_id FROM sides AS s INNER JOIN pairs AS p ON p.place = s.place)
    )
