/*---
title: Locks without expiry
severity: high
confidence: high
subject: key
why: If the holder dies, nobody ever gets the lock again.
fix: Take locks with an expiry (SET … NX PX).
before: `SETNX app:lock:invoice:17 worker-3`
after: `SET app:lock:invoice:17 worker-3 NX PX 30000`
---*/
WITH roles AS (
    SELECT p.pattern_id
    FROM current_patterns AS p
    WHERE
        p.expiring_keys < p.keys
        AND (
            lower(p.second_segment) IN ('lock', 'locks', 'mutex')
            OR list_contains(getvariable('role_lock'), p.second_segment)
            OR list_contains(getvariable('role_lock'), p.first_segment)
            OR regexp_extract(lower(literal_text(p.first_segment)), '(^|[-_])(lock|locks|mutex|redlock)$', 0) <> ''
        )
)

SELECT
    k.db,
    k.name,
    k.raw,
    k.pattern,
    CAST(NULL AS DOUBLE) AS measured,
    CAST(NULL AS DOUBLE) AS threshold,
    CAST(NULL AS VARCHAR) AS unit,
    'a lock key without expiry' AS message,
    k.memory_bytes,
    CAST(NULL AS BIGINT) AS saving_bytes,
    k.record_offset
FROM current_keys AS k
WHERE k.expires_at_ms IS NULL AND k.pattern_id IN (SELECT r.pattern_id FROM roles AS r)
