/*---
title: Keys by pattern, database and form, of the snapshot that checks look at
description: The roll-up of the load; what it answers needs no look at single keys.
needs: current_snapshot
columns_of: pattern_forms
columns:
  type: type of the value
  encoding: what OBJECT ENCODING says after loading
  kind: finer than the type, NULL where nothing is sure
---*/
SELECT
    g.pattern_id,
    g.db,
    f.type,
    f.encoding,
    f.kind,
    g.keys,
    g.expiring_keys,
    g.memory_bytes,
    g.value_bytes,
    g.key_bytes,
    g.dump_bytes
FROM pattern_forms AS g
INNER JOIN current_snapshot AS s ON s.snapshot_id = g.snapshot_id
INNER JOIN forms AS f ON f.snapshot_id = g.snapshot_id AND f.form_id = g.form_id
