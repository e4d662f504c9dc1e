-- What has changed, whatever refers to it, whatever refers to that, and so on: what lies outside depends on none of it.
INSERT OR IGNORE INTO temp.affected (row)
WITH RECURSIVE up (row) AS (
    SELECT row FROM temp.touched_row
    UNION
    SELECT r.source FROM temp.touched_path p
    CROSS JOIN reference r INDEXED BY reference_target ON r.kind IN (0, 1, 2) AND r.target = p.path
    UNION
    SELECT r.source FROM up CROSS JOIN entity e ON e.row = up.row
    CROSS JOIN reference r INDEXED BY reference_target ON r.kind IN (0, 1, 2) AND r.target = e.path
    WHERE e.kind = 3
)
SELECT row FROM up
