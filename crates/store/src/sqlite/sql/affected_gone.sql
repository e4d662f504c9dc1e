-- Types that did not come out again.
DELETE FROM resolved_type WHERE row IN (
    SELECT y.row FROM temp.affected a CROSS JOIN resolved_type y ON y.row = a.row
    WHERE NOT EXISTS (
        SELECT 1 FROM temp.known k WHERE k.row = y.row AND k.type_number = y.type_number AND k.round = y.round))
