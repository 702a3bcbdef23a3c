/*---
title: What changed in each key that differs
description: Rows of key_changes in words. A cause is given once per key, so that bytes by cause add up to the whole.
columns:
  change: new, gone, grown, shrunk, or changed where the size is the same
  db: number of the database
  name: the key as safe text
  pattern: pattern under which it is compared
  difference_bytes: size after minus size before
  cause: what moved the bytes: new, gone, type, encoding, values, ttl, or model where the servers count the same value differently
  old_type: type before, NULL for a new key
  new_type: type after, NULL for a key that is gone
  old_encoding: encoding before
  new_encoding: encoding after
  ttl: lost, gained or moved; NULL where the expiry is the same or only one snapshot has the key
  old_bytes: size before
  new_bytes: size after
  old_elements: length before
  new_elements: length after
  old_expires_at_ms: expiry before
  new_expires_at_ms: expiry after
  old_offset: record before
  new_offset: record after
---*/
SELECT
    CASE
        WHEN c.old_offset IS NULL THEN 'new'
        WHEN c.new_offset IS NULL THEN 'gone'
        WHEN c.new_bytes > c.old_bytes THEN 'grown'
        WHEN c.new_bytes < c.old_bytes THEN 'shrunk'
        ELSE 'changed'
    END AS change,
    c.db,
    c.name,
    coalesce(np.pattern, op.pattern) AS pattern,
    coalesce(c.new_bytes, 0) - coalesce(c.old_bytes, 0) AS difference_bytes,
    CASE
        WHEN c.old_offset IS NULL THEN 'new'
        WHEN c.new_offset IS NULL THEN 'gone'
        WHEN o.type <> n.type THEN 'type'
        WHEN c.old_form <> c.new_form THEN 'encoding'
        WHEN
            c.old_value_bytes IS DISTINCT FROM c.new_value_bytes OR c.old_elements IS DISTINCT FROM c.new_elements
            THEN 'values'
        WHEN (c.old_expires_at_ms IS NULL) <> (c.new_expires_at_ms IS NULL) THEN 'ttl'
        ELSE 'model'
    END AS cause,
    o.type AS old_type,
    n.type AS new_type,
    o.encoding AS old_encoding,
    n.encoding AS new_encoding,
    CASE
        WHEN c.old_offset IS NULL OR c.new_offset IS NULL THEN NULL
        WHEN c.old_expires_at_ms IS NOT NULL AND c.new_expires_at_ms IS NULL THEN 'lost'
        WHEN c.old_expires_at_ms IS NULL AND c.new_expires_at_ms IS NOT NULL THEN 'gained'
        WHEN c.old_expires_at_ms <> c.new_expires_at_ms THEN 'moved'
    END AS ttl,
    c.old_bytes,
    c.new_bytes,
    c.old_elements,
    c.new_elements,
    c.old_expires_at_ms,
    c.new_expires_at_ms,
    c.old_offset,
    c.new_offset
FROM key_changes AS c
LEFT JOIN form_names AS o ON o.form_no = c.old_form
LEFT JOIN form_names AS n ON n.form_no = c.new_form
LEFT JOIN pattern_names AS op ON op.snapshot_id = getvariable('old_snapshot') AND op.pattern_id = c.old_pattern_id
LEFT JOIN pattern_names AS np ON np.snapshot_id = getvariable('new_snapshot') AND np.pattern_id = c.new_pattern_id
