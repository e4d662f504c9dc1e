-- Everything else has kept its type, and the round in which it came.
INSERT INTO temp.known (row, type_number, round)
SELECT y.row, y.type_number, y.round
FROM (SELECT row FROM temp.there WHERE row NOT IN (SELECT row FROM temp.affected) GROUP BY row) t
CROSS JOIN resolved_type y ON y.row = t.row
