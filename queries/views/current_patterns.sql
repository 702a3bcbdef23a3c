/*---
title: Patterns of the snapshot that checks look at
description: With the parts of the name that rules speak of; only literal text is judged, never random ids.
needs: current_snapshot
columns_of: patterns
columns:
  pattern_id: row of patterns
  literal: the pattern without its variable parts
  first_segment: what stands before the first colon; the whole pattern without one
  second_segment: what stands between the first and the second colon, empty where there is none
---*/
SELECT
    p.pattern_id,
    p.pattern,
    p.namespace,
    p.prefix,
    p.depth,
    p.keys,
    p.expiring_keys,
    p.types,
    p.memory_bytes,
    p.value_bytes,
    p.shortest_name_bytes,
    p.longest_name_bytes,
    p.unsafe_names,
    p.braced_names,
    literal_text(p.pattern) AS literal,
    coalesce(p.namespace, p.pattern) AS first_segment,
    CASE
        WHEN p.namespace IS NULL THEN ''
        ELSE split_part(substr(p.pattern, length(p.namespace) + 2), ':', 1)
    END AS second_segment
FROM patterns AS p
INNER JOIN current_snapshot AS s ON s.snapshot_id = p.snapshot_id
