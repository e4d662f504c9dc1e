-- Aliases of what the round before has typed. Where several tokens stand at the target, it takes a closer look.
INSERT OR IGNORE INTO temp.candidate (source, target, low, high)
SELECT w.source, w.path, y.type_number, IIF(w.is_shared, NULL, y.type_number)
FROM temp.frontier f
CROSS JOIN temp.awaited w ON w.target = f.row
CROSS JOIN resolved_type y ON y.row = f.row
WHERE NOT EXISTS (SELECT 1 FROM resolved_type x WHERE x.row = w.source)
ORDER BY w.source, w.path
