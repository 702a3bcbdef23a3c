/*---
title: Keys that differ between two snapshots
description: One row per key that only one snapshot has, or that differs; the variables old_snapshot and new_snapshot name them. Keys meet by database and name.
columns:
  db: number of the database
  name: the key as safe text
  old_form: type and encoding before, as a row of form_numbers; NULL for a new key
  new_form: the same after; NULL for a key that is gone
  old_pattern_id: pattern before, as in key_rows
  new_pattern_id: pattern after
  old_offset: record before, NULL for a new key
  new_offset: record after, NULL for a key that is gone
  old_elements: length of a collection or bytes of a string, before
  new_elements: the same after
  old_bytes: size before: memory where both snapshots know it, else payload, else bytes in the file
  new_bytes: the same after
  old_value_bytes: payload before
  new_value_bytes: payload after
  old_expires_at_ms: expiry before
  new_expires_at_ms: expiry after
---*/
WITH shares AS (
    SELECT f.snapshot_id, f.record_offset, t.share_bytes
    FROM key_facts AS f
    INNER JOIN templates AS t ON t.snapshot_id = f.snapshot_id AND t.template_id = f.template_id
    WHERE f.snapshot_id IN (getvariable('old_snapshot'), getvariable('new_snapshot'))
),

old_keys AS (
    SELECT
        k.db,
        k.name,
        n.form_no,
        k.pattern_id,
        k.record_offset,
        k.elements,
        CASE
            WHEN getvariable('by_memory')
                THEN coalesce(k.memory_bytes + coalesce(s.share_bytes, 0), k.value_bytes, k.dump_bytes)
            ELSE coalesce(k.value_bytes, k.dump_bytes)
        END AS size_bytes,
        k.value_bytes,
        k.expires_at_ms
    FROM key_rows AS k
    INNER JOIN form_numbers AS n ON n.snapshot_id = k.snapshot_id AND n.form_id = k.form_id
    LEFT JOIN shares AS s ON s.snapshot_id = k.snapshot_id AND s.record_offset = k.record_offset
    WHERE k.snapshot_id = getvariable('old_snapshot')
),

new_keys AS (
    SELECT
        k.db,
        k.name,
        n.form_no,
        k.pattern_id,
        k.record_offset,
        k.elements,
        CASE
            WHEN getvariable('by_memory')
                THEN coalesce(k.memory_bytes + coalesce(s.share_bytes, 0), k.value_bytes, k.dump_bytes)
            ELSE coalesce(k.value_bytes, k.dump_bytes)
        END AS size_bytes,
        k.value_bytes,
        k.expires_at_ms
    FROM key_rows AS k
    INNER JOIN form_numbers AS n ON n.snapshot_id = k.snapshot_id AND n.form_id = k.form_id
    LEFT JOIN shares AS s ON s.snapshot_id = k.snapshot_id AND s.record_offset = k.record_offset
    WHERE k.snapshot_id = getvariable('new_snapshot')
)

SELECT
    coalesce(n.db, o.db) AS db,
    coalesce(n.name, o.name) AS name,
    o.form_no AS old_form,
    n.form_no AS new_form,
    o.pattern_id AS old_pattern_id,
    n.pattern_id AS new_pattern_id,
    o.record_offset AS old_offset,
    n.record_offset AS new_offset,
    o.elements AS old_elements,
    n.elements AS new_elements,
    o.size_bytes AS old_bytes,
    n.size_bytes AS new_bytes,
    o.value_bytes AS old_value_bytes,
    n.value_bytes AS new_value_bytes,
    o.expires_at_ms AS old_expires_at_ms,
    n.expires_at_ms AS new_expires_at_ms
FROM old_keys AS o
FULL OUTER JOIN new_keys AS n ON n.db = o.db AND n.name = o.name
WHERE
    o.form_no IS DISTINCT FROM n.form_no
    OR o.size_bytes IS DISTINCT FROM n.size_bytes
    OR o.value_bytes IS DISTINCT FROM n.value_bytes
    OR o.elements IS DISTINCT FROM n.elements
    OR o.expires_at_ms IS DISTINCT FROM n.expires_at_ms
