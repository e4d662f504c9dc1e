-- The edges of all paths that can be reached from the paths in START.
INSERT OR IGNORE INTO temp.edge (source, target)
WITH RECURSIVE down (path) AS (
    SELECT path FROM START GROUP BY path
    UNION
    SELECT r.target FROM down
    CROSS JOIN entity s ON s.path = down.path AND s.kind = 3 AND s.flags & 5 = 5
    CROSS JOIN reference r ON r.source = s.row
    WHERE r.kind IN (0, 1)
        AND EXISTS (SELECT 1 FROM entity t WHERE t.path = r.target AND t.kind = 3 AND t.flags & 5 = 5)
)
SELECT (SELECT MIN(x.row) FROM entity x WHERE x.path = down.path AND x.kind = 3 AND x.flags & 1),
    (SELECT MIN(x.row) FROM entity x WHERE x.path = r.target AND x.kind = 3 AND x.flags & 1)
FROM down
CROSS JOIN entity s ON s.path = down.path AND s.kind = 3 AND s.flags & 5 = 5
CROSS JOIN reference r ON r.source = s.row
WHERE r.kind IN (0, 1)
    AND EXISTS (SELECT 1 FROM entity t WHERE t.path = r.target AND t.kind = 3 AND t.flags & 5 = 5)
