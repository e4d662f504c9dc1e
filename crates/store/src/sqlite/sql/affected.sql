-- What has changed, whatever refers to it, whatever refers to that, and so on: what lies outside depends on none of it.
-- What the steps ask of these rows comes along, for they lie all over the file.
INSERT OR IGNORE INTO temp.affected (row, set_number, path, kind, type_number, flags)
WITH RECURSIVE up (row, set_number, path, kind, type_number, flags) AS (
    SELECT e.row, e.set_number, e.path, e.kind, e.type_number, e.flags
    FROM temp.touched_row t CROSS JOIN entity e ON e.row = t.row
    UNION
    SELECT e.row, e.set_number, e.path, e.kind, e.type_number, e.flags FROM temp.touched_path p
    CROSS JOIN reference r INDEXED BY reference_target ON r.kind IN (0, 1, 2) AND r.target = p.path
    CROSS JOIN entity e ON e.row = r.source
    UNION
    SELECT e.row, e.set_number, e.path, e.kind, e.type_number, e.flags FROM up
    CROSS JOIN reference r INDEXED BY reference_target ON r.kind IN (0, 1, 2) AND r.target = up.path
    CROSS JOIN entity e ON e.row = r.source
    WHERE up.kind = 3
)
SELECT row, set_number, path, kind, type_number, flags FROM up
