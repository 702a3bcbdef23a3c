/*---
title: Write profile: keys
description: The keys that the append-only log writes most.
needs: aof_keys
limit: 50
columns:
  name: key | key | the key as safe text
  db: number | db | number of the database
  pattern: pattern | pattern | the name with its variable parts replaced
  writes: count | writes | commands that write the key
  log_bytes: bytes | in the log | bytes that they take in the log
---*/
SELECT name, db, pattern, writes, log_bytes
FROM aof_keys
WHERE snapshot_id IN (SELECT unnest(getvariable('snapshots')))
ORDER BY writes DESC, log_bytes DESC, name, db
