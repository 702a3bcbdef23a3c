/*---
title: Slots that no node holds
severity: high
confidence: high
subject: slot
needs: cluster-nodes
why: Commands on keys of such a slot fail, and with `cluster-require-full-coverage yes` the whole cluster stops
  answering.
fix: Look for the node that held them before; then give the slots to a master (`redis-cli --cluster fix`, CLUSTER
  ADDSLOTSRANGE).
before: a nodes.conf in which no master has 5461-10922
after: every slot from 0 to 16383 stands in the line of one master
---*/
WITH unowned AS (
    SELECT
        o.slot,
        o.file,
        -- Slots in a row keep their distance from their number.
        o.slot - row_number() OVER (ORDER BY o.slot) AS run
    FROM slot_owners AS o
    WHERE o.node IS NULL
),

missing AS (
    SELECT
        u.slot,
        u.file,
        min(u.slot) OVER (PARTITION BY u.run) AS first_slot,
        max(u.slot) OVER (PARTITION BY u.run) AS last_slot
    FROM unowned AS u
),

named AS (
    SELECT
        m.slot,
        m.file,
        CASE
            WHEN m.first_slot = m.last_slot THEN 'slot ' || CAST(m.slot AS VARCHAR)
            ELSE 'slots ' || CAST(m.first_slot AS VARCHAR) || '-' || CAST(m.last_slot AS VARCHAR)
        END AS slots,
        CASE WHEN m.first_slot = m.last_slot THEN ' belongs' ELSE ' belong' END AS verb
    FROM missing AS m
),

kept AS (
    SELECT k.slot, count(*) AS keys, sum(k.memory_bytes) AS memory_bytes
    FROM current_keys AS k
    WHERE k.slot IN (SELECT m.slot FROM missing AS m)
    GROUP BY k.slot
)

SELECT
    CAST(NULL AS BIGINT) AS db,
    'slot ' || CAST(m.slot AS VARCHAR) AS name,
    CAST(NULL AS BLOB) AS raw,
    m.slots AS pattern,
    CAST(coalesce(h.keys, 0) AS DOUBLE) AS measured,
    CAST(0 AS DOUBLE) AS threshold,
    'keys' AS unit,
    m.slots || m.verb || ' to no node of ' || m.file
    || coalesce('; the dump has keys in it: ' || CAST(h.keys AS VARCHAR) || ' in slot ' || CAST(m.slot AS VARCHAR), '')
    AS message,
    CAST(h.memory_bytes AS BIGINT) AS memory_bytes,
    CAST(NULL AS BIGINT) AS saving_bytes
FROM named AS m
LEFT JOIN kept AS h ON h.slot = m.slot
