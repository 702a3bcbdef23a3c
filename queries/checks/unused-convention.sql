/*---
title: Rows of the conventions that no key matches
severity: info
confidence: high
subject: convention
needs: conventions
why: The row describes something that is gone, or the keys are written under another name.
fix: Delete the row, or find the keys that should match it.
before: `app:basket:{id}`, while the code writes `app:cart:{id}`
after: the row says `app:cart:{id}`
---*/
SELECT
    CAST(NULL AS BIGINT) AS db,
    c.pattern AS name,
    CAST(NULL AS BLOB) AS raw,
    c.pattern,
    CAST(c.line AS DOUBLE) AS measured,
    CAST(NULL AS DOUBLE) AS threshold,
    'line' AS unit,
    c.file || ':' || CAST(c.line AS VARCHAR) || ': no key matches this row' AS message,
    CAST(NULL AS BIGINT) AS memory_bytes,
    CAST(NULL AS BIGINT) AS saving_bytes
FROM conventions AS c
WHERE
    c.row_no NOT IN (SELECT d.row_no FROM documented_patterns AS d)
    AND c.row_no NOT IN (SELECT d.row_no FROM documented_keys AS d WHERE d.row_no IS NOT NULL)
