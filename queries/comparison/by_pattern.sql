/*---
title: Difference by pattern
description: Rows of pattern_changes with the reasons in words, those that moved the most bytes first.
columns:
  pattern: the name with its variable parts replaced
  old_keys: keys before
  new_keys: keys after
  old_bytes: bytes before
  new_bytes: bytes after
  difference_bytes: after minus before
  difference_share: difference as a part of the bytes before, NULL for a new pattern
  why: what moved the bytes, the largest part first
---*/
WITH reasons AS (
    SELECT
        p.*,
        list_filter([
            {'bytes': p.appeared_bytes, 'label': format('new keys ({:,})', p.appeared_keys)},
            {'bytes': p.vanished_bytes, 'label': format('keys gone ({:,})', p.vanished_keys)},
            {
                'bytes': p.value_bytes,
                'label': CASE WHEN p.value_bytes > 0 THEN 'larger values' ELSE 'smaller values' END
            },
            {'bytes': p.encoding_bytes, 'label': format('{:,} × ', p.flipped_keys) || p.flip},
            {'bytes': p.ttl_bytes, 'label': 'expiry of the same value'},
            {'bytes': p.model_bytes, 'label': 'the server counts the same value differently'}
        ], lambda part: part.bytes <> 0) AS parts,
        list_filter([
            CASE WHEN p.encoding_bytes = 0 AND p.flipped_keys > 0 THEN format('{:,} × ', p.flipped_keys) || p.flip END,
            CASE
                -- What was to go stays: keys pile up although no single one grew.
                WHEN p.new_ttl_share < p.old_ttl_share - 0.01 OR p.ttl_lost_keys > 0
                    THEN printf('TTL lost: %.0f %% → %.0f %% expire', 100 * p.old_ttl_share, 100 * p.new_ttl_share)
                WHEN p.new_ttl_share > p.old_ttl_share + 0.01 OR p.ttl_gained_keys > 0
                    THEN printf('TTL gained: %.0f %% → %.0f %% expire', 100 * p.old_ttl_share, 100 * p.new_ttl_share)
            END,
            CASE WHEN p.ttl_moved_keys > 0 THEN format('{:,} expire at another time', p.ttl_moved_keys) END
        ], lambda remark: remark IS NOT NULL) AS remarks
    FROM pattern_changes AS p
)

SELECT
    pattern,
    old_keys,
    new_keys,
    old_bytes,
    new_bytes,
    difference_bytes,
    difference_bytes / nullif(old_bytes, 0) AS difference_share,
    array_to_string(
        list_concat(
            list_transform(
                list_reverse_sort(list_transform(parts, lambda part: {'size': abs(part.bytes), 'part': part})),
                lambda sorted: sorted.part.label || CASE WHEN sorted.part.bytes > 0 THEN ' +' ELSE ' −' END
                    || human_bytes(abs(sorted.part.bytes))
            ),
            remarks
        ),
        ', '
    ) AS why
FROM reasons
ORDER BY abs(difference_bytes) DESC, pattern
