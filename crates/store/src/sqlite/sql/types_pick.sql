-- ?1: the round. The type of each candidate that is a living token without a type of its own. Where definitions of
-- the target disagree: the type it has in the candidate's own set, else the first by name.
INSERT INTO temp.fresh (row, type_number)
SELECT s.row,
    CASE WHEN c.low = c.high THEN c.low ELSE (
        SELECT k.number FROM type_name k WHERE k.name = COALESCE(
            (SELECT MIN(n.name) FROM entity t CROSS JOIN type_name n
             ON n.number = COALESCE(t.type_number, (
                 SELECT y.type_number FROM resolved_type y WHERE y.row = t.row AND y.round < ?1))
             WHERE t.path = c.target AND t.set_number IS s.set_number AND t.kind = 3 AND t.flags & 1),
            (SELECT MIN(n.name) FROM entity t CROSS JOIN type_name n
             ON n.number = COALESCE(t.type_number, (
                 SELECT y.type_number FROM resolved_type y WHERE y.row = t.row AND y.round < ?1))
             WHERE t.path = c.target AND t.kind = 3 AND t.flags & 1))
    ) END
FROM temp.candidate c CROSS JOIN entity s ON s.row = c.source
WHERE s.kind = 3 AND s.flags & 1 AND s.type_number IS NULL
