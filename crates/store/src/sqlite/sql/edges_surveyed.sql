-- References to what refers further itself, from path to path. Where nothing refers to a path that several tokens share,
-- each of them stays a node of its own: no reference leads back to it.
INSERT OR IGNORE INTO temp.edge (source, target)
SELECT IFNULL((SELECT n.node FROM temp.namesake n WHERE n.row = h.source), h.source) AS source, h.target
FROM temp.hop h ORDER BY 1, 2
