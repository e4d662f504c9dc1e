-- Aliases of what the round before has typed.
INSERT OR IGNORE INTO temp.candidate (source, target)
SELECT r.source, r.target
FROM temp.frontier f
CROSS JOIN entity t ON t.row = f.row
CROSS JOIN reference r INDEXED BY reference_target ON r.kind = 0 AND r.target = t.path
WHERE NOT EXISTS (SELECT 1 FROM resolved_type y WHERE y.row = r.source)
ORDER BY r.source, r.target
