INSERT INTO pattern_forms
SELECT
    $snapshot_id,
    pattern_id,
    db,
    form_id,
    sum(keys)::BIGINT,
    sum(expiring_keys)::BIGINT,
    sum(memory_bytes)::BIGINT,
    sum(value_bytes)::BIGINT,
    sum(key_bytes)::BIGINT,
    sum(dump_bytes)::BIGINT
FROM key_groups
GROUP BY pattern_id, db, form_id
