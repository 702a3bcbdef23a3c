/*---
title: Keys that had expired when the dump was taken
severity: info
confidence: high
subject: key
why: They take memory until somebody touches them or the server's cycle finds them; many of them mean that the
  cycle cannot keep up.
fix: Raise `active-expire-effort`, or spread expiries.
before: an expiry an hour before the dump
after: gone within seconds of its expiry
---*/
SELECT
    k.db,
    k.name,
    k.raw,
    k.pattern,
    CAST(ttl(k.expires_at_ms, s.taken_at_ms) AS DOUBLE) AS measured,
    CAST(0 AS DOUBLE) AS threshold,
    'seconds' AS unit,
    'expired ' || CAST(-ttl(k.expires_at_ms, s.taken_at_ms) AS VARCHAR) || ' s before the dump was taken' AS message,
    k.memory_bytes,
    k.memory_bytes AS saving_bytes,
    k.record_offset
FROM current_keys AS k
CROSS JOIN current_snapshot AS s
WHERE k.expires_at_ms < s.taken_at_ms
