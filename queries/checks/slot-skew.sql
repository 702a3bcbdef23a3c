/*---
title: Slots far above the mean
severity: medium
confidence: medium
subject: slot
why: A slot is the smallest part that can move to another node: a slot too large for its node cannot be helped
  by resharding.
fix: Use finer hash tags; split the largest keys of the slot.
before: one slot with 40 % of the bytes
after: no slot over ten times the mean
params:
  factor: 20 | times | how far above the mean a slot may be, by keys or bytes
  min_keys: 1000 | keys | fewest keys of a slot that is flagged
---*/
WITH shares AS (
    SELECT x.record_offset, t.share_bytes
    FROM key_facts AS x
    INNER JOIN current_snapshot AS s ON s.snapshot_id = x.snapshot_id
    INNER JOIN templates AS t ON t.snapshot_id = x.snapshot_id AND t.template_id = x.template_id
),

-- Of every key the slot and one figure: the names are read only where the memory is not known.
parts AS (
    SELECT
        r.slot,
        count(*) AS keys,
        sum(r.memory_bytes + coalesce(h.share_bytes, 0)) AS memory_bytes,
        sum(r.memory_bytes + coalesce(h.share_bytes, 0)) AS bytes
    FROM key_rows AS r
    INNER JOIN current_snapshot AS s ON s.snapshot_id = r.snapshot_id
    LEFT JOIN shares AS h ON h.record_offset = r.record_offset
    WHERE r.memory_bytes IS NOT NULL
    GROUP BY r.slot

    UNION ALL

    SELECT
        r.slot,
        count(*) AS keys,
        NULL AS memory_bytes,
        sum(r.value_bytes + coalesce(octet_length(r.raw), octet_length(encode(r.name)))) AS bytes
    FROM key_rows AS r
    INNER JOIN current_snapshot AS s ON s.snapshot_id = r.snapshot_id
    WHERE r.memory_bytes IS NULL
    GROUP BY r.slot
),

slots_used AS (
    SELECT
        u.slot,
        sum(u.keys) AS keys,
        sum(u.memory_bytes) AS memory_bytes,
        sum(u.bytes) AS bytes
    FROM parts AS u
    GROUP BY u.slot
),

totals AS (
    SELECT
        sum(u.keys) / 16384.0 AS mean_keys,
        sum(u.bytes) / 16384.0 AS mean_bytes
    FROM slots_used AS u
),

skewed AS (
    SELECT
        u.*,
        greatest(u.keys / t.mean_keys, u.bytes / nullif(t.mean_bytes, 0)) AS times
    FROM slots_used AS u
    CROSS JOIN totals AS t
    WHERE
        u.keys >= coalesce(getvariable('slot-skew.min_keys'), 1000)
        AND greatest(u.keys / t.mean_keys, u.bytes / nullif(t.mean_bytes, 0))
        > coalesce(getvariable('slot-skew.factor'), 20)
),

-- The tag of a name costs more than all the rest: only where it is shown.
tags AS (
    SELECT k.slot, mode(k.hash_tag) AS tag
    FROM current_keys AS k
    WHERE k.slot IN (SELECT u.slot FROM skewed AS u)
    GROUP BY k.slot
)

SELECT
    CAST(NULL AS BIGINT) AS db,
    coalesce('{' || g.tag || '}', 'slot ' || CAST(u.slot AS VARCHAR)) AS name,
    CAST(NULL AS BLOB) AS raw,
    'slot ' || CAST(u.slot AS VARCHAR) AS pattern,
    CAST(u.times AS DOUBLE) AS measured,
    CAST(coalesce(getvariable('slot-skew.factor'), 20) AS DOUBLE) AS threshold,
    'times the mean' AS unit,
    'slot ' || CAST(u.slot AS VARCHAR) || ': ' || CAST(u.keys AS VARCHAR) || ' keys, '
    || human_bytes(u.bytes) AS message,
    CAST(u.memory_bytes AS BIGINT) AS memory_bytes,
    CAST(NULL AS BIGINT) AS saving_bytes
FROM skewed AS u
INNER JOIN tags AS g ON g.slot = u.slot
