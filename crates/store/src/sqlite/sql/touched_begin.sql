-- What this transaction has changed since references were resolved, if that matters to them: rows, and the paths
-- that they had before.
CREATE TEMP TABLE IF NOT EXISTS touched_row (row INTEGER PRIMARY KEY);
CREATE TEMP TABLE IF NOT EXISTS touched_path (path TEXT PRIMARY KEY) WITHOUT ROWID;
DELETE FROM temp.touched_row;
DELETE FROM temp.touched_path;
