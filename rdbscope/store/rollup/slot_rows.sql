-- A template's share is no key's own, so it is in no slot.
INSERT INTO slot_rows
SELECT
    $snapshot_id,
    slot,
    count(*),
    count(expires_at_ms),
    sum(memory_bytes)::BIGINT,
    sum(value_bytes)::BIGINT,
    sum(dump_bytes)::BIGINT,
    sum(coalesce(memory_bytes, value_bytes + coalesce(octet_length(raw), strlen(name)), dump_bytes))::BIGINT
FROM key_rows
WHERE snapshot_id = $snapshot_id
GROUP BY slot
ORDER BY slot
