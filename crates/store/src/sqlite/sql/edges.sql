-- ?1: kind of entity. Flag 8: it refers further. Rows are found in the order of their targets.
INSERT OR IGNORE INTO temp.edge (source, target)
SELECT
    (SELECT MIN(x.row) FROM entity x WHERE x.path = s.path AND x.kind = ?1 AND x.flags & 1),
    (SELECT MIN(x.row) FROM entity x WHERE x.path = r.target AND x.kind = ?1 AND x.flags & 1)
FROM reference r INDEXED BY reference_target CROSS JOIN entity s ON s.row = r.source
WHERE r.kind IN (KINDS)
    AND EXISTS (SELECT 1 FROM entity t WHERE t.path = r.target AND t.kind = ?1 AND t.flags & 9 = 9)
    AND s.kind = ?1 AND s.flags & 1
