/*---
title: Types and encodings of two snapshots
description: The same number means the same type and encoding in both, so that keys can be compared by a number.
columns:
  snapshot_id: the snapshot
  form_id: row of forms
  form_no: number that both snapshots share
  type: what TYPE answers
  encoding: what OBJECT ENCODING answers, NULL where unknown
---*/
SELECT
    snapshot_id,
    form_id,
    CAST(dense_rank() OVER (ORDER BY type, encoding) AS INTEGER) AS form_no,
    type,
    encoding
FROM forms
WHERE snapshot_id IN (getvariable('old_snapshot'), getvariable('new_snapshot'))
