-- One pass over the new rows: everything that patterns, prefixes and the summary need, by class of size.
-- Classes are exact below 64 bytes and an eighth of an octave above.
CREATE TEMP TABLE key_groups AS
WITH shares AS (
    SELECT f.record_offset, t.share_bytes
    FROM key_facts AS f
    INNER JOIN templates AS t ON t.snapshot_id = f.snapshot_id AND t.template_id = f.template_id
    WHERE f.snapshot_id = $snapshot_id
),

sized AS (
    SELECT
        r.pattern_id,
        r.db,
        r.form_id,
        coalesce(r.memory_bytes + coalesce(s.share_bytes, 0), r.value_bytes, r.dump_bytes) AS size,
        r.expires_at_ms,
        r.memory_bytes + coalesce(s.share_bytes, 0) AS memory_bytes,
        r.value_bytes,
        coalesce(octet_length(r.raw), strlen(r.name)) AS key_bytes,
        r.dump_bytes
    FROM key_rows AS r
    LEFT JOIN shares AS s ON s.record_offset = r.record_offset
    WHERE r.snapshot_id = $snapshot_id
),

grouped AS (
    SELECT
        pattern_id,
        db,
        form_id,
        CASE WHEN size < 64 THEN size ELSE 16 + floor(8 * log2(size)) END::SMALLINT AS size_class,
        count(*) AS keys,
        count(expires_at_ms) AS expiring_keys,
        sum(memory_bytes) AS memory_bytes,
        sum(value_bytes) AS value_bytes,
        sum(key_bytes) AS key_bytes,
        sum(dump_bytes) AS dump_bytes,
        sum(size) AS size_bytes,
        max(size) AS max_bytes
    FROM sized
    GROUP BY ALL
)

SELECT
    m.final_id AS pattern_id,
    g.db,
    g.form_id,
    g.size_class,
    sum(g.keys)::BIGINT AS keys,
    sum(g.expiring_keys)::BIGINT AS expiring_keys,
    sum(g.memory_bytes)::BIGINT AS memory_bytes,
    sum(g.value_bytes)::BIGINT AS value_bytes,
    sum(g.key_bytes)::BIGINT AS key_bytes,
    sum(g.dump_bytes)::BIGINT AS dump_bytes,
    sum(g.size_bytes)::BIGINT AS size_bytes,
    max(g.max_bytes) AS max_bytes
FROM grouped AS g
INNER JOIN pattern_merges AS m ON m.snapshot_id = $snapshot_id AND m.pattern_id = g.pattern_id
GROUP BY ALL
