-- `source` is an untyped alias of the untyped token `target` at `path`, where more than that token may stand.
CREATE TEMP TABLE awaited (
    source INTEGER NOT NULL, target INTEGER NOT NULL, path TEXT NOT NULL, is_shared INTEGER NOT NULL);
-- Tokens that refer further, where several stand at one path, and the node that stands for it.
CREATE TEMP TABLE namesake (row INTEGER PRIMARY KEY, node INTEGER NOT NULL);
-- References whose targets have to get a type before it can be told whether that is the one needed.
CREATE TEMP TABLE unclear (
    source INTEGER NOT NULL, target TEXT NOT NULL, kind INTEGER NOT NULL, expected INTEGER NOT NULL);
