-- What may have changed, its references, the living tokens at their targets, and the types that these have got.
CREATE TEMP TABLE affected (
    row INTEGER PRIMARY KEY, set_number INTEGER, path TEXT NOT NULL, kind INTEGER NOT NULL, type_number INTEGER,
    flags INTEGER NOT NULL);
CREATE TEMP TABLE link (
    source INTEGER NOT NULL, place INTEGER NOT NULL, target TEXT NOT NULL, kind INTEGER NOT NULL, expected INTEGER,
    PRIMARY KEY (source, place)) WITHOUT ROWID;
CREATE TEMP TABLE there (
    path TEXT NOT NULL, row INTEGER NOT NULL, set_number INTEGER, kind INTEGER NOT NULL, type_number INTEGER,
    flags INTEGER NOT NULL, PRIMARY KEY (path, row)) WITHOUT ROWID;
CREATE TEMP TABLE known (row INTEGER PRIMARY KEY, type_number INTEGER NOT NULL, round INTEGER NOT NULL);
-- Those of `affected` that were found last: what refers to them comes next.
CREATE TEMP TABLE level (
    row INTEGER PRIMARY KEY, set_number INTEGER, path TEXT NOT NULL, kind INTEGER NOT NULL, type_number INTEGER,
    flags INTEGER NOT NULL);
CREATE TEMP TABLE waiting (source INTEGER NOT NULL, target TEXT NOT NULL);
-- What has changed, and what refers to paths that something has left.
INSERT INTO temp.level SELECT e.row, e.set_number, e.path, e.kind, e.type_number, e.flags
FROM temp.touched_row t CROSS JOIN entity e ON e.row = t.row;
INSERT OR IGNORE INTO temp.frontier
SELECT r.source FROM temp.touched_path p
CROSS JOIN reference r INDEXED BY reference_target ON r.kind IN (0, 1, 2) AND r.target = p.path;
