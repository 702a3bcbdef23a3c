/*---
title: Cache entries whose expiry is renewed again and again
severity: low
confidence: medium
subject: key
needs: aof
why: An entry that is renewed whenever it is read never leaves: stale data stays as long as somebody asks, and each read
  becomes a write that is logged and replicated.
fix: Let the entry expire and load it again, or renew it only when little of its time is left. More names for the role:
  `roles.cache` in rdbscope.toml.
before: `GET app:cache:product:17`, `EXPIRE app:cache:product:17 3600` on every read
after: `SET app:cache:product:17 … EX 3600` when it is loaded
params:
  min_renewals: 10 | commands | fewest renewals of a key that is flagged
  factor: 5 | times | renewals for each write to the value from which a key is flagged
---*/
SELECT
    a.db,
    a.name,
    a.raw,
    coalesce(k.pattern, a.pattern) AS pattern,
    CAST(a.renewals AS DOUBLE) AS measured,
    CAST(coalesce(getvariable('ttl-renewed-on-read.min_renewals'), 10) AS DOUBLE) AS threshold,
    'commands' AS unit,
    'expiry renewed ' || CAST(a.renewals AS VARCHAR) || ' times, value written ' || CAST(a.value_writes AS VARCHAR)
    || ' times' AS message,
    k.memory_bytes,
    CAST(NULL AS BIGINT) AS saving_bytes
FROM aof_keys AS a
LEFT JOIN current_keys AS k ON k.db = a.db AND k.name = a.name
WHERE
    a.snapshot_id = (SELECT s.snapshot_id FROM current_snapshot AS s)
    AND a.renewals >= coalesce(getvariable('ttl-renewed-on-read.min_renewals'), 10)
    AND a.renewals >= coalesce(getvariable('ttl-renewed-on-read.factor'), 5) * a.value_writes
    AND (
        regexp_extract(lower(a.name), '(^|[:._-])(cache|caches|cached)([:._-]|$)', 0) <> ''
        OR list_has_any(string_split(a.name, ':'), getvariable('role_cache'))
    )
