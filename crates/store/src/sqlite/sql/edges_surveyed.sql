-- References to what refers further itself, from path to path. Of tokens that share a path to which nothing refers, each
-- stays a node of its own: no reference leads back to any of them.
INSERT OR IGNORE INTO temp.edge (source, target)
SELECT IFNULL((SELECT n.node FROM temp.namesake n WHERE n.row = h.source), h.source) AS source, h.target
FROM temp.hop h ORDER BY 1, 2
