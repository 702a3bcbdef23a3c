/*---
title: Cached scripts
description: Lua scripts in dumps of Redis 4.0 to 6.2.
limit: 50
columns:
  sha1: text | SHA-1 | name by which EVALSHA calls it
  code_bytes: bytes | code | length of the script
  literal_keys: name | keys it names | keys that the code names itself
---*/
SELECT DISTINCT sha1, code_bytes, literal_keys
FROM scripts
WHERE snapshot_id IN (SELECT unnest(getvariable('snapshots')))
ORDER BY code_bytes DESC, sha1
