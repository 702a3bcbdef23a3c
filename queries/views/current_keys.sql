/*---
title: Keys of the snapshot that checks look at
description: Rows of the view keys of one snapshot.
needs: current_snapshot, keys
columns_of: keys
---*/
SELECT k.*
FROM keys AS k
WHERE k.snapshot_id = (SELECT s.snapshot_id FROM current_snapshot AS s)
