/*---
title: Keys that are written most
description: From the log of a snapshot, deleted keys included, the most written first; share is of all counted writes.
columns:
  snapshot_id: the snapshot
  db: database in which the key was written
  name: the key as safe text
  pattern: pattern of its name among the written keys
  slot: cluster slot
  writes: commands that wrote it
  writes_error: commands that may be missing from writes, at most
  share: part of the counted writes, 0 to 1
  log_bytes: bytes of log about it
  commands: names of the commands
---*/
SELECT
    a.snapshot_id,
    a.db,
    a.name,
    a.pattern,
    a.slot,
    a.writes,
    a.writes_error,
    a.writes / sum(a.writes) OVER (PARTITION BY a.snapshot_id) AS share,
    a.log_bytes,
    a.commands
FROM aof_keys AS a
ORDER BY a.snapshot_id, a.writes DESC, a.db, a.name
