-- The untyped aliases among what may have changed.
INSERT INTO temp.waiting (source, target)
SELECT DISTINCT r.source, r.target FROM temp.affected s
CROSS JOIN temp.link r ON r.source = s.row
WHERE s.kind = 3 AND s.flags & 1 AND s.type_number IS NULL AND r.kind = 0
