-- References whose path leads nowhere.
INSERT OR IGNORE INTO fault (source, what, target, detail)
SELECT r.source, 0, r.target, r.kind FROM SCOPE
WHERE r.kind IN (0, 1, 2)
    AND NOT EXISTS (SELECT 1 FROM entity t WHERE t.path = r.target AND t.kind = 3 AND t.flags & 1)
