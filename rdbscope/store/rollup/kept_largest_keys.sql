INSERT INTO kept_largest_keys
SELECT l.*
FROM largest_keys AS l
WHERE l.snapshot_id = $snapshot_id
