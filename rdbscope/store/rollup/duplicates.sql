-- The same key more than once in one database. `name` is reversible, so equal names are equal keys.
CREATE TEMP TABLE duplicates AS
SELECT
    db,
    name,
    any_value(raw) AS raw,
    list(record_offset ORDER BY record_offset) AS offsets
FROM key_rows
WHERE snapshot_id = $snapshot_id
GROUP BY db, name
HAVING count(*) > 1
