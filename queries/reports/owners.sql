/*---
title: Owners
description: Teams as [owners] in rdbscope.toml names them; the table pattern_owners holds the team of each pattern.
columns:
  owner: text | owner | the team
  patterns: count | patterns | patterns of the team
  keys: count | keys | keys
  expiring_keys: count | expire | keys with an expiry
  size_bytes: bytes | bytes | memory where it is known, else payload
  share: share | share | part of all bytes
---*/
SELECT
    o.owner,
    count(DISTINCT p.pattern) AS patterns,
    CAST(sum(p.keys) AS BIGINT) AS keys,
    CAST(sum(p.expiring_keys) AS BIGINT) AS expiring_keys,
    CAST(sum(coalesce(p.memory_bytes, p.value_bytes, p.dump_bytes)) AS BIGINT) AS size_bytes,
    sum(coalesce(p.memory_bytes, p.value_bytes, p.dump_bytes))
    / nullif(sum(sum(coalesce(p.memory_bytes, p.value_bytes, p.dump_bytes))) OVER (), 0) AS share
FROM patterns AS p
INNER JOIN pattern_owners AS o ON o.pattern = p.pattern
WHERE p.snapshot_id IN (SELECT unnest(getvariable('snapshots')))
GROUP BY o.owner
ORDER BY size_bytes DESC, o.owner
