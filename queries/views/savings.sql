/*---
title: What smaller encodings would save
description: Estimates per pattern; rdbscope whatif computes the same to the byte for a threshold that you name.
columns:
  snapshot_id: the snapshot
  pattern: the name with its variable parts replaced
  type: type of the keys
  encoding: what OBJECT ENCODING says now
  keys: keys that would be packed
  memory_bytes: what they cost now
  saving_bytes: what packing them would save, estimated
  setting: the threshold to raise, or the change to make
  value: what to raise it to, NULL where the change is none of configuration
needs: keys
---*/
WITH candidates AS (
    SELECT
        k.snapshot_id,
        k.pattern,
        k.type,
        k.encoding,
        k.elements,
        k.largest_element_bytes,
        k.memory_bytes,
        -- A packed entry costs its content and two to four bytes; the key and the object stay.
        k.memory_bytes - (k.value_bytes + 4 * k.elements * CASE WHEN k.type = 'hash' THEN 2 ELSE 1 END + k.key_bytes + 64)
            AS saving_bytes,
        CASE
            WHEN k.elements > 128 AND k.type IN ('set', 'zset') THEN k.type || '-max-listpack-entries'
            WHEN k.elements > 512 AND k.type = 'hash' THEN 'hash-max-listpack-entries'
            ELSE k.type || '-max-listpack-value'
        END AS setting
    FROM keys AS k
    WHERE
        k.type IN ('hash', 'set', 'zset')
        AND k.encoding IN ('hashtable', 'skiplist', 'btree')
        AND k.fields_with_ttl IS NULL
        -- Beyond this, commands on a packed value take too long.
        AND k.elements <= 2048
        AND k.largest_element_bytes <= 1024
),

packed AS (
    SELECT
        c.snapshot_id,
        c.pattern,
        c.type,
        c.encoding,
        count(*) AS keys,
        CAST(sum(c.memory_bytes) AS BIGINT) AS memory_bytes,
        CAST(sum(c.saving_bytes) AS BIGINT) AS saving_bytes,
        c.setting,
        CASE
            WHEN c.setting LIKE '%-entries' THEN max(c.elements)
            ELSE max(c.largest_element_bytes)
        END AS value
    FROM candidates AS c
    WHERE c.saving_bytes > 0
    GROUP BY c.snapshot_id, c.pattern, c.type, c.encoding, c.setting
),

numbers AS (
    SELECT
        k.snapshot_id,
        k.pattern,
        k.type,
        k.encoding,
        count(*) AS keys,
        CAST(sum(k.memory_bytes) AS BIGINT) AS memory_bytes,
        -- The text and its header go; the object holds the number.
        CAST(sum(k.value_bytes + 4) AS BIGINT) AS saving_bytes,
        'write numbers without padding, sign or blanks' AS setting,
        CAST(NULL AS BIGINT) AS value
    FROM keys AS k
    WHERE k.type = 'string' AND k.kind = 'integer' AND k.encoding <> 'int' AND k.value_bytes <= 18
    GROUP BY k.snapshot_id, k.pattern, k.type, k.encoding
)

SELECT
    p.snapshot_id,
    p.pattern,
    p.type,
    p.encoding,
    p.keys,
    p.memory_bytes,
    p.saving_bytes,
    p.setting,
    p.value
FROM packed AS p

UNION ALL

SELECT
    n.snapshot_id,
    n.pattern,
    n.type,
    n.encoding,
    n.keys,
    n.memory_bytes,
    n.saving_bytes,
    n.setting,
    n.value
FROM numbers AS n
ORDER BY saving_bytes DESC
