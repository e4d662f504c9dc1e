-- Aliases (0) of tokens (3) that have a type of their own, in the order of their targets, so that the
-- probes walk through the index of paths; then sorted, so that the table grows at its end.
INSERT OR IGNORE INTO temp.candidate (source, target, low, high)
SELECT r.source, r.target, MIN(t.type_number), MAX(t.type_number)
FROM reference r INDEXED BY reference_target
CROSS JOIN entity t INDEXED BY entity_path ON t.path = r.target
WHERE r.kind = 0 AND t.kind = 3 AND t.flags & 1 AND t.type_number IS NOT NULL
GROUP BY r.target, r.source
ORDER BY r.source, r.target
