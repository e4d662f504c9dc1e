-- Extended groups that do not exist. A group is also there when something living is below it.
INSERT OR IGNORE INTO fault (source, what, target, detail)
SELECT r.source, 0, r.target, r.kind FROM reference r INDEXED BY reference_target
WHERE r.kind = 3
    AND NOT EXISTS (SELECT 1 FROM entity t WHERE t.path = r.target AND t.kind = 2 AND t.flags & 1)
    AND NOT EXISTS (
        SELECT 1 FROM entity t
        WHERE t.path > r.target || '.' AND t.path < r.target || '/' AND t.kind IN (2, 3) AND t.flags & 1)
