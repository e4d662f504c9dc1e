-- Their references.
INSERT INTO temp.link (source, place, target, kind, expected)
SELECT r.source, r.place, r.target, r.kind, r.expected FROM temp.affected a
CROSS JOIN reference r ON r.source = a.row WHERE r.kind IN (0, 1, 2)
