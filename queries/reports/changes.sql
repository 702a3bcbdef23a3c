/*---
title: What changed since the snapshot before
description: The patterns that moved the most bytes.
limit: 25
columns:
  pattern: pattern | pattern | the name with its variable parts replaced
  old_keys: count | keys before | keys before
  new_keys: count | keys now | keys now
  old_bytes: bytes | before | bytes before
  new_bytes: bytes | now | bytes now
  difference_bytes: bytes | change | now minus before
  difference_share: share | in percent | change as a part of the bytes before
---*/
SELECT
    pattern,
    old_keys,
    new_keys,
    old_bytes,
    new_bytes,
    difference_bytes,
    difference_bytes / nullif(old_bytes, 0) AS difference_share
FROM pattern_changes
ORDER BY abs(difference_bytes) DESC, pattern
