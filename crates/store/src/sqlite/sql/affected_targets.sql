-- The living tokens that those lead to: each path is looked up once, in the order of the index.
INSERT INTO temp.there (path, row, set_number, kind, type_number, flags)
SELECT t.path, t.row, t.set_number, t.kind, t.type_number, t.flags
FROM (SELECT target FROM temp.link GROUP BY target) l
CROSS JOIN entity t INDEXED BY entity_path ON t.path = l.target AND t.kind = 3 AND t.flags & 1
