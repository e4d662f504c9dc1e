-- ?1: the round. Aliases among those that may have changed, whose targets have a type by now.
INSERT OR IGNORE INTO temp.candidate (source, target)
SELECT w.source, w.target FROM temp.waiting w
WHERE EXISTS (
    SELECT 1 FROM temp.there t WHERE t.path = w.target
        AND (t.type_number IS NOT NULL
            OR EXISTS (SELECT 1 FROM temp.known y WHERE y.row = t.row AND y.round < ?1)))
ORDER BY w.source, w.target
