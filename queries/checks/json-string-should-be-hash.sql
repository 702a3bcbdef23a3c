/*---
title: Many small JSON objects in strings
severity: info
confidence: low
subject: key
why: A change of one field reads and writes the whole text; small hashes hold the same fields packed.
fix: Use hashes where single fields are read or written; leave texts alone that are read whole.
before: `SET user:17 {"name":…,"visits":12}`
after: `HSET user:17 name … visits 12`
params:
  min_keys: 100 | keys | smallest group that is flagged
  max_bytes: 1000 | bytes | longest text that counts as small
---*/
WITH -- Where a pattern has too few such texts of any length, no key is read.
many AS (
    SELECT p.pattern_id
    FROM pattern_forms AS p
    INNER JOIN current_snapshot AS s ON s.snapshot_id = p.snapshot_id
    INNER JOIN forms AS f ON f.snapshot_id = p.snapshot_id AND f.form_id = p.form_id
    WHERE f.type = 'string' AND f.kind = 'json'
    GROUP BY p.pattern_id
    HAVING sum(p.keys - p.expiring_keys) >= coalesce(getvariable('json-string-should-be-hash.min_keys'), 100)
),

groups AS (
    SELECT k.pattern_id
    FROM current_keys AS k
    -- What expires is a copy that is written whole.
    WHERE
        k.pattern_id IN (SELECT m.pattern_id FROM many AS m)
        AND k.type = 'string'
        AND k.kind = 'json'
        AND k.expires_at_ms IS NULL
        AND k.value_bytes <= coalesce(getvariable('json-string-should-be-hash.max_bytes'), 1000)
        AND k.pattern_id IN (
            SELECT c.pattern_id
            FROM current_pattern_forms AS c
            WHERE c.type = 'string' AND c.kind = 'json'
            GROUP BY c.pattern_id
            HAVING
                sum(c.keys) - sum(c.expiring_keys) >= coalesce(getvariable('json-string-should-be-hash.min_keys'), 100)
        )
    GROUP BY k.pattern_id
    HAVING count(*) >= coalesce(getvariable('json-string-should-be-hash.min_keys'), 100)
)

SELECT
    k.db,
    k.name,
    k.raw,
    k.pattern,
    CAST(k.value_bytes AS DOUBLE) AS measured,
    CAST(coalesce(getvariable('json-string-should-be-hash.max_bytes'), 1000) AS DOUBLE) AS threshold,
    'bytes' AS unit,
    'a small JSON object in a string' AS message,
    k.memory_bytes,
    CAST(NULL AS BIGINT) AS saving_bytes,
    k.record_offset
FROM current_keys AS k
WHERE
    k.type = 'string'
    AND k.kind = 'json'
    AND k.expires_at_ms IS NULL
    AND k.value_bytes <= coalesce(getvariable('json-string-should-be-hash.max_bytes'), 1000)
    AND k.pattern_id IN (SELECT g.pattern_id FROM groups AS g)
