INSERT INTO kept_slots
SELECT s.*
FROM slots AS s
WHERE s.snapshot_id = $snapshot_id
