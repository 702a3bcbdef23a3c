/*---
title: Another lifetime than the conventions say
severity: medium
confidence: high
subject: key
needs: conventions
why: Keys that outlive their agreement fill the memory; keys that die early are data loss.
fix: Set the expiry with the write (SET … EX, EXPIRE) as the table says, or correct the table.
before: `app:cache:product:17` with 48 h left, agreed: 1 h
after: at most 1 h left
---*/
WITH matched AS (
    SELECT k.*, d.row_no
    FROM current_keys AS k
    INNER JOIN documented_patterns AS d ON d.pattern_id = k.pattern_id

    UNION ALL

    SELECT k.*, d.row_no
    FROM current_keys AS k
    INNER JOIN documented_keys AS d ON d.record_offset = k.record_offset
    WHERE d.row_no IS NOT NULL
)

SELECT
    k.db,
    k.name,
    k.raw,
    k.pattern,
    CAST(ttl(k.expires_at_ms, s.taken_at_ms) AS DOUBLE) AS measured,
    CAST(c.ttl_seconds AS DOUBLE) AS threshold,
    'seconds' AS unit,
    CASE
        WHEN c.ttl_seconds IS NULL THEN 'it has an expiry, the conventions say None'
        WHEN k.expires_at_ms IS NULL
            THEN 'it has no expiry, the conventions say ' || CAST(c.ttl_seconds AS VARCHAR) || ' s'
        ELSE
            CAST(ttl(k.expires_at_ms, s.taken_at_ms) AS VARCHAR) || ' s left, the conventions say '
            || CAST(c.ttl_seconds AS VARCHAR) || ' s'
    END AS message,
    k.memory_bytes,
    CAST(NULL AS BIGINT) AS saving_bytes,
    k.record_offset
FROM matched AS k
INNER JOIN conventions AS c ON c.row_no = k.row_no
CROSS JOIN current_snapshot AS s
WHERE
    c.ttl_known
    AND (
        (c.ttl_seconds IS NULL AND k.expires_at_ms IS NOT NULL)
        OR (c.ttl_seconds IS NOT NULL AND k.expires_at_ms IS NULL)
        OR (
            c.ttl_seconds IS NOT NULL
            -- Less than a second over the limit is the part of a second that the time of a dump leaves out.
            AND CAST(k.expires_at_ms AS DOUBLE) - s.taken_at_ms >= CAST(c.ttl_seconds AS DOUBLE) * 1000 + 1000
        )
    )
