/*---
title: What changed in each pattern, and why the bytes moved
description: One row per pattern with a key that differs. A key counts for its pattern in the new snapshot, so what was there before follows from what is there now and what changed.
columns:
  pattern: name that both snapshots share
  old_keys: keys before
  new_keys: keys after
  old_bytes: bytes before
  new_bytes: bytes after
  difference_bytes: after minus before; the sum of the six parts that follow
  appeared_bytes: of keys that are new
  vanished_bytes: of keys that are gone, negative
  encoding_bytes: of keys with another type or encoding than before
  value_bytes: of keys with a larger or smaller value
  ttl_bytes: of keys that only lost or gained an expiry
  model_bytes: of keys that the server after counts differently than the server before
  appeared_keys: keys that are new
  vanished_keys: keys that are gone
  grown_keys: keys that take more than before
  shrunk_keys: keys that take less than before
  flipped_keys: keys with another type or encoding
  flip: the most frequent change of type or encoding
  ttl_lost_keys: keys that expired before and do not now
  ttl_gained_keys: keys that expire now and did not before
  ttl_moved_keys: keys that expire at another time
  old_ttl_share: share of the keys with an expiry before, 0 to 1
  new_ttl_share: the same after
---*/
WITH changes AS (
    SELECT
        pattern,
        count(*) FILTER (WHERE change = 'new') AS appeared_keys,
        count(*) FILTER (WHERE change = 'gone') AS vanished_keys,
        count(*) FILTER (WHERE change = 'grown') AS grown_keys,
        count(*) FILTER (WHERE change = 'shrunk') AS shrunk_keys,
        count(*) FILTER (WHERE cause IN ('type', 'encoding')) AS flipped_keys,
        mode(
            CASE
                WHEN cause = 'type' THEN old_type || ' → ' || new_type
                WHEN cause = 'encoding' THEN coalesce(old_encoding, '?') || ' → ' || coalesce(new_encoding, '?')
            END
        ) AS flip,
        count(*) FILTER (WHERE ttl = 'lost') AS ttl_lost_keys,
        count(*) FILTER (WHERE ttl = 'gained') AS ttl_gained_keys,
        count(*) FILTER (WHERE ttl = 'moved') AS ttl_moved_keys,
        count(*) FILTER (WHERE change = 'new' AND new_expires_at_ms IS NOT NULL) AS appeared_expiring,
        count(*) FILTER (WHERE change = 'gone' AND old_expires_at_ms IS NOT NULL) AS vanished_expiring,
        CAST(sum(difference_bytes) AS BIGINT) AS difference_bytes,
        CAST(sum(CASE WHEN cause = 'new' THEN difference_bytes ELSE 0 END) AS BIGINT) AS appeared_bytes,
        CAST(sum(CASE WHEN cause = 'gone' THEN difference_bytes ELSE 0 END) AS BIGINT) AS vanished_bytes,
        CAST(sum(CASE WHEN cause IN ('type', 'encoding') THEN difference_bytes ELSE 0 END) AS BIGINT)
            AS encoding_bytes,
        CAST(sum(CASE WHEN cause = 'values' THEN difference_bytes ELSE 0 END) AS BIGINT) AS value_bytes,
        CAST(sum(CASE WHEN cause = 'ttl' THEN difference_bytes ELSE 0 END) AS BIGINT) AS ttl_bytes,
        CAST(sum(CASE WHEN cause = 'model' THEN difference_bytes ELSE 0 END) AS BIGINT) AS model_bytes
    FROM changed_keys
    GROUP BY pattern
),

joined AS (
    SELECT
        c.*,
        coalesce(t.keys, 0) AS new_keys,
        coalesce(t.keys, 0) - c.appeared_keys + c.vanished_keys AS old_keys,
        coalesce(t.bytes, 0) AS new_bytes,
        coalesce(t.bytes, 0) - c.difference_bytes AS old_bytes,
        coalesce(t.expiring_keys, 0) AS new_expiring,
        coalesce(t.expiring_keys, 0) - c.appeared_expiring + c.vanished_expiring
        + c.ttl_lost_keys - c.ttl_gained_keys AS old_expiring
    FROM changes AS c
    LEFT JOIN pattern_totals AS t ON t.snapshot_id = getvariable('new_snapshot') AND t.pattern = c.pattern
)

SELECT
    pattern,
    old_keys,
    new_keys,
    old_bytes,
    new_bytes,
    difference_bytes,
    appeared_bytes,
    vanished_bytes,
    encoding_bytes,
    value_bytes,
    ttl_bytes,
    model_bytes,
    appeared_keys,
    vanished_keys,
    grown_keys,
    shrunk_keys,
    flipped_keys,
    flip,
    ttl_lost_keys,
    ttl_gained_keys,
    ttl_moved_keys,
    old_expiring / nullif(old_keys, 0) AS old_ttl_share,
    new_expiring / nullif(new_keys, 0) AS new_ttl_share
FROM joined
