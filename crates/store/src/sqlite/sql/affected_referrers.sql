-- What refers to the paths of the last level, in the order of the index.
INSERT OR IGNORE INTO temp.frontier
SELECT r.source FROM (SELECT path FROM temp.level WHERE kind = 3 GROUP BY path) l
CROSS JOIN reference r INDEXED BY reference_target ON r.kind IN (0, 1, 2) AND r.target = l.path
