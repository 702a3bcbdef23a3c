/*---
title: Nodes
description: One row per snapshot of the report; of a master and its replicas only one counts.
columns:
  snapshot_id: number | snapshot | the snapshot
  node: text | node | node, else the name of the file, or its path where two have one name
  server: text | server | server and version
  taken_at_ms: time | taken | when the dump was taken
  keys: count | keys | keys
  memory_bytes: bytes | memory | memory of all keys
  source_bytes: bytes | file | bytes of the source
  whole: text | whole | yes, or what is wrong
  scope: text | loaded | which keys, for which server, up to where; empty for all as it was written
  shard: number | shard | equal for a master and its replicas
  counted: text | counted | whether its keys are in the sums of the report
---*/
WITH replication AS (
    SELECT
        snapshot_id,
        max(CASE WHEN name = 'repl-id' THEN value END) AS repl_id,
        max(CASE WHEN name = 'repl-offset' THEN try_cast(value AS BIGINT) END) AS repl_offset
    FROM aux
    WHERE snapshot_id IN (SELECT unnest(getvariable('snapshots')))
    GROUP BY snapshot_id
),

copies AS (
    SELECT
        s.snapshot_id,
        min(s.snapshot_id) OVER (PARTITION BY coalesce(r.repl_id, 'snapshot ' || s.snapshot_id)) AS first_id,
        row_number() OVER (
            PARTITION BY coalesce(r.repl_id, 'snapshot ' || s.snapshot_id)
            ORDER BY s.damage IS NOT NULL, r.repl_offset DESC NULLS LAST, s.snapshot_id
        ) AS place
    FROM snapshots AS s
    LEFT JOIN replication AS r ON r.snapshot_id = s.snapshot_id
    WHERE s.snapshot_id IN (SELECT unnest(getvariable('snapshots')))
),

-- A log whose last command or transaction is cut: servers drop it and go on.
torn AS (
    SELECT DISTINCT snapshot_id
    FROM anomalies
    WHERE kind IN ('torn-command', 'open-transaction')
),

shards AS (
    SELECT snapshot_id, place, dense_rank() OVER (ORDER BY first_id) AS shard
    FROM copies
)

SELECT
    s.snapshot_id,
    coalesce(s.node, CASE WHEN count(*) OVER (PARTITION BY s.name) > 1 THEN s.source ELSE s.name END) AS node,
    s.server || coalesce(' ' || s.server_version, '') AS server,
    s.taken_at_ms,
    s.keys,
    s.memory_bytes,
    s.source_bytes,
    CASE
        WHEN s.damage IS NOT NULL THEN s.damage
        WHEN s.checksum = 'mismatch' THEN 'checksum wrong'
        WHEN a.snapshot_id IS NOT NULL THEN 'up to a torn end'
        ELSE 'yes'
    END AS whole,
    concat_ws(', ', s.scope, 'up to ' || json_extract_string(s.config, '$.until')) AS scope,
    h.shard,
    CASE WHEN h.place = 1 THEN 'yes' ELSE 'no, a copy' END AS counted
FROM snapshots AS s
INNER JOIN shards AS h ON h.snapshot_id = s.snapshot_id
LEFT JOIN torn AS a ON a.snapshot_id = s.snapshot_id
ORDER BY h.shard, h.place
