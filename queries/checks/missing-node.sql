/*---
title: A node without a fresh dump
severity: high
confidence: high
subject: node
needs: nightly
why: Nothing of the node can be restored but what is too old; and nobody noticed, because no file is no error.
fix: Look at the job that saves and copies the dumps of the node, at its disk, and at `dumps` in `[[nodes]]`.
before: the newest dump of a node is three days old
after: every node of `[[nodes]]` has a dump within `nightly.fresh_within`
---*/
WITH newest AS (
    -- By the run: a clock that was ahead once must not hide what is missing now.
    SELECT n.night
    FROM nightly_nodes AS n
    ORDER BY n.run_id DESC, n.night DESC
    LIMIT 1
)

SELECT
    CAST(NULL AS BIGINT) AS db,
    'node ' || n.node AS name,
    CAST(NULL AS BLOB) AS raw,
    'nodes' AS pattern,
    CAST(n.age_seconds AS DOUBLE) AS measured,
    CAST(n.fresh_within_seconds AS DOUBLE) AS threshold,
    'seconds' AS unit,
    'node ' || n.node || ': ' || n.message AS message,
    CAST(NULL AS BIGINT) AS memory_bytes,
    CAST(NULL AS BIGINT) AS saving_bytes
FROM nightly_nodes AS n
INNER JOIN newest AS w ON w.night = n.night
WHERE n.status = 'missing'
