/*---
title: What is odd in the file
description: It did not stop the load.
columns:
  kind: text | what | stable identifier
  severity: text | severity | note, warning or error
  occurrences: count | times | how often
---*/
SELECT kind, severity, count(*) AS occurrences
FROM anomalies
WHERE snapshot_id IN (SELECT unnest(getvariable('snapshots')))
GROUP BY kind, severity
ORDER BY occurrences DESC, kind
