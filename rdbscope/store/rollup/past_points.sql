-- One snapshot a day tells how a node grows. A pattern that is a thousandth of its node, and small, moves no check.
INSERT INTO past_points
WITH dropped AS (
    SELECT h.snapshot_id, h.lineage, h.at_ms, s.keys, s.memory_bytes
    FROM node_history AS h
    INNER JOIN snapshots AS s ON s.snapshot_id = h.snapshot_id
    WHERE
        h.snapshot_id = $snapshot_id
        AND s.damage IS NULL
        AND NOT EXISTS (
            SELECT 1
            FROM node_history AS o
            WHERE
                o.lineage = h.lineage
                AND o.at_ms // 86400000 = h.at_ms // 86400000
                AND (o.at_ms, o.snapshot_id) > (h.at_ms, h.snapshot_id)
        )
)

SELECT d.snapshot_id, d.lineage, d.at_ms, NULL AS pattern, d.keys, d.memory_bytes
FROM dropped AS d
UNION ALL
SELECT d.snapshot_id, d.lineage, d.at_ms, p.pattern, p.keys, p.memory_bytes
FROM dropped AS d
INNER JOIN patterns AS p ON p.snapshot_id = d.snapshot_id
WHERE p.memory_bytes >= least(100000, d.memory_bytes / 1000)
