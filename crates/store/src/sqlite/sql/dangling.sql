-- References whose path leads nowhere. A group (2) is also there when something living is below it.
INSERT INTO temp.problem (source, target, kind)
SELECT r.source, r.target, r.kind FROM reference r INDEXED BY reference_target
WHERE r.kind IN (0, 1, 2)
    AND NOT EXISTS (SELECT 1 FROM entity t WHERE t.path = r.target AND t.kind = 3 AND t.flags & 1)
UNION ALL
SELECT r.source, r.target, r.kind FROM reference r INDEXED BY reference_target
WHERE r.kind = 3
    AND NOT EXISTS (SELECT 1 FROM entity t WHERE t.path = r.target AND t.kind = 2 AND t.flags & 1)
    AND NOT EXISTS (
        SELECT 1 FROM entity t
        WHERE t.path > r.target || '.' AND t.path < r.target || '/' AND t.kind IN (2, 3) AND t.flags & 1)
