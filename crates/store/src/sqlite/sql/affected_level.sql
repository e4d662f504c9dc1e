-- The next level: those that were not found before, in the order in which they lie.
INSERT INTO temp.level SELECT e.row, e.set_number, e.path, e.kind, e.type_number, e.flags
FROM temp.frontier f CROSS JOIN entity e ON e.row = f.row WHERE f.row NOT IN (SELECT row FROM temp.affected)
