-- References to tokens all of whose definitions have another type than the one needed.
INSERT OR IGNORE INTO fault (source, what, target, detail)
SELECT r.source, 1, r.target, r.expected FROM LINKS r
WHERE r.kind IN (0, 1) AND r.expected IS NOT NULL
    AND EXISTS (SELECT 1 FROM TOKENS t WHERE t.path = r.target AND t.kind = 3 AND t.flags & 1)
    AND NOT EXISTS (
        SELECT 1 FROM TOKENS t
        WHERE t.path = r.target AND t.kind = 3 AND t.flags & 1
            AND IFNULL(
                COALESCE(t.type_number, (SELECT y.type_number FROM TYPES y WHERE y.row = t.row)),
                r.expected) = r.expected)
