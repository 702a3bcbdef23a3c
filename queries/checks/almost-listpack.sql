/*---
title: Collections just over a packing threshold
severity: info
confidence: medium
subject: key
why: A hash, set or sorted set a little over the threshold is a table: several times the memory of the packed
  form.
fix: Raise the threshold a little (the option is named), if commands on such keys stay fast enough.
before: hashes of 600 fields, hash-max-listpack-entries 512
after: hash-max-listpack-entries 640
params:
  over: 1.5 | factor | how far over a threshold is just over it
---*/
WITH limits AS (
    SELECT
        CAST(json_extract_string(s.config, '$.thresholds."hash-max-listpack-entries"') AS BIGINT) AS hash_entries,
        CAST(json_extract_string(s.config, '$.thresholds."hash-max-listpack-value"') AS BIGINT) AS hash_value,
        CAST(json_extract_string(s.config, '$.thresholds."set-max-listpack-entries"') AS BIGINT) AS set_entries,
        CAST(json_extract_string(s.config, '$.thresholds."set-max-listpack-value"') AS BIGINT) AS set_value,
        CAST(json_extract_string(s.config, '$.thresholds."set-max-intset-entries"') AS BIGINT) AS intset_entries,
        CAST(json_extract_string(s.config, '$.thresholds."zset-max-listpack-entries"') AS BIGINT) AS zset_entries,
        CAST(json_extract_string(s.config, '$.thresholds."zset-max-listpack-value"') AS BIGINT) AS zset_value
    FROM current_snapshot AS s
),

unpacked AS (
    SELECT
        k.*,
        CASE k.type WHEN 'hash' THEN l.hash_entries WHEN 'set' THEN l.set_entries ELSE l.zset_entries END AS entries,
        CASE k.type WHEN 'hash' THEN l.hash_value WHEN 'set' THEN l.set_value ELSE l.zset_value END AS longest
    FROM current_keys AS k
    CROSS JOIN limits AS l
    WHERE k.type IN ('hash', 'set', 'zset') AND k.encoding IN ('hashtable', 'skiplist', 'btree') AND k.elements > 1
)

SELECT
    k.db,
    k.name,
    k.raw,
    k.pattern,
    CAST(CASE WHEN k.elements > k.entries THEN k.elements ELSE k.largest_element_bytes END AS DOUBLE) AS measured,
    CAST(CASE WHEN k.elements > k.entries THEN k.entries ELSE k.longest END AS DOUBLE) AS threshold,
    CASE WHEN k.elements > k.entries THEN 'elements' ELSE 'bytes' END AS unit,
    CASE
        WHEN k.elements > k.entries
            THEN CAST(k.elements AS VARCHAR) || ' elements, packed up to ' || CAST(k.entries AS VARCHAR)
        ELSE
            'an element of ' || CAST(k.largest_element_bytes AS VARCHAR) || ' bytes, packed up to '
            || CAST(k.longest AS VARCHAR)
    END AS message,
    k.memory_bytes,
    greatest(k.memory_bytes - k.value_bytes - 4 * k.elements - 64, 0) AS saving_bytes,
    k.record_offset
FROM unpacked AS k
WHERE
    k.elements <= coalesce(getvariable('almost-listpack.over'), 1.5) * k.entries
    AND k.largest_element_bytes <= coalesce(getvariable('almost-listpack.over'), 1.5) * k.longest
