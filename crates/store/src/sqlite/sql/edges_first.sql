-- ?1: kind of entity. References to what refers further itself (4), in the order of their targets.
INSERT OR IGNORE INTO temp.hop (source, target)
SELECT r.source, (SELECT MIN(x.row) FROM entity x WHERE x.path = r.target AND x.kind = ?1 AND x.flags & 1)
FROM reference r INDEXED BY reference_target
WHERE r.kind IN (KINDS)
    AND EXISTS (SELECT 1 FROM entity t WHERE t.path = r.target AND t.kind = ?1 AND t.flags & 5 = 5)
ORDER BY 1, 2
