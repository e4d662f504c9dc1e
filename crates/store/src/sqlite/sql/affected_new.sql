-- Types that were not there. The others stay as they are. Whoever fails gives the transaction up: FAIL spares SQLite a
-- copy of each page, in case that only the statement is taken back.
INSERT OR FAIL INTO resolved_type (row, type_number, round)
SELECT k.row, k.type_number, k.round FROM temp.affected a CROSS JOIN temp.known k ON k.row = a.row
WHERE NOT EXISTS (SELECT 1 FROM resolved_type y WHERE y.row = k.row)
