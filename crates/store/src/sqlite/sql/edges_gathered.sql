-- The references of what may have changed to what refers further, from path to path. Whoever refers to one of these paths
-- may have changed, too, so that `there` has the path; to a path that it lacks nothing leads back, and each token there
-- stays a node of its own.
INSERT OR IGNORE INTO temp.edge (source, target)
SELECT IFNULL((SELECT MIN(n.row) FROM temp.there n WHERE n.path = s.path), s.row),
    (SELECT MIN(n.row) FROM temp.there n WHERE n.path = l.target)
FROM temp.affected s CROSS JOIN temp.link l ON l.source = s.row
WHERE s.kind = 3 AND s.flags & 5 = 5 AND l.kind IN (0, 1)
    AND EXISTS (SELECT 1 FROM temp.there t WHERE t.path = l.target AND t.flags & 5 = 5)
