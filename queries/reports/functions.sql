/*---
title: Function libraries
description: Code that travels with the data.
columns:
  library: name | library | name of the library
  engine: text | engine | such as LUA
  functions: name | functions | names of its functions
  code_bytes: bytes | code | length of the code
  literal_keys: name | keys it names | keys that the code names itself
  sha256: text | SHA-256 | of the code
---*/
SELECT DISTINCT library, engine, functions, code_bytes, literal_keys, sha256
FROM functions
WHERE snapshot_id IN (SELECT unnest(getvariable('snapshots')))
ORDER BY library
