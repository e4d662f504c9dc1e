-- ?1: the round. The types of the candidates, which are living tokens without a type of their own. Where definitions of
-- the target disagree: the type it has in the candidate's own set, else the first by name.
INSERT INTO temp.fresh (row, type_number)
SELECT c.source,
    CASE WHEN c.low = c.high THEN c.low ELSE (
        SELECT k.number FROM type_name k WHERE k.name = COALESCE(
            (SELECT MIN(n.name) FROM SOURCES s CROSS JOIN TOKENS t CROSS JOIN type_name n
             ON n.number = COALESCE(t.type_number, (
                 SELECT y.type_number FROM TYPES y WHERE y.row = t.row AND y.round < ?1))
             WHERE s.row = c.source
                 AND t.path = c.target AND t.set_number IS s.set_number AND t.kind = 3 AND t.flags & 1),
            (SELECT MIN(n.name) FROM TOKENS t CROSS JOIN type_name n
             ON n.number = COALESCE(t.type_number, (
                 SELECT y.type_number FROM TYPES y WHERE y.row = t.row AND y.round < ?1))
             WHERE t.path = c.target AND t.kind = 3 AND t.flags & 1))
    ) END
FROM temp.candidate c
