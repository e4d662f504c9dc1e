-- References whose path leads nowhere.
INSERT OR IGNORE INTO fault (source, what, target, detail)
SELECT r.source, 0, r.target, r.kind FROM temp.link r
WHERE NOT EXISTS (SELECT 1 FROM temp.there t WHERE t.path = r.target)
