-- ?1: kind of entity. From rows to their paths, in the order of the rows.
INSERT OR IGNORE INTO temp.edge (source, target)
SELECT (SELECT MIN(x.row) FROM entity x WHERE x.path = s.path AND x.kind = ?1 AND x.flags & 1), h.target
FROM temp.hop h CROSS JOIN entity s ON s.row = h.source WHERE s.kind = ?1 AND s.flags & 1
