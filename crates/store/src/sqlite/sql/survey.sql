-- ?1: a kind of reference. Each reference beside every living token at its target, in the order of the targets: the
-- probes walk through the index of paths.
SELECT r.target, r.source, r.expected, t.row, t.type_number, t.flags
FROM reference r INDEXED BY reference_target
LEFT JOIN entity t INDEXED BY entity_path ON t.path = r.target AND t.kind = 3 AND t.flags & 1
WHERE r.kind = ?1
ORDER BY r.target, r.source, r.expected
