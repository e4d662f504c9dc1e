-- Work tables of every run, in the connection's temporary file.
CREATE TEMP TABLE candidate (source INTEGER PRIMARY KEY, target TEXT NOT NULL, low INTEGER, high INTEGER);
CREATE TEMP TABLE fresh (row INTEGER PRIMARY KEY, type_number INTEGER NOT NULL);
CREATE TEMP TABLE frontier (row INTEGER PRIMARY KEY);
CREATE TEMP TABLE hop (source INTEGER NOT NULL, target INTEGER NOT NULL);
-- A node is a path, named by the first living row there. It has an edge for each path it refers to
-- that refers further: where a reference ends at a value, nothing can go on for ever.
CREATE TEMP TABLE edge (source INTEGER NOT NULL, target INTEGER NOT NULL, PRIMARY KEY (source, target))
WITHOUT ROWID;
CREATE TEMP TABLE degree (node INTEGER PRIMARY KEY, open INTEGER NOT NULL);
CREATE TEMP TABLE next (row INTEGER PRIMARY KEY);
CREATE TEMP TABLE shared (node INTEGER PRIMARY KEY);
CREATE TEMP TABLE visited (node INTEGER PRIMARY KEY, walk INTEGER NOT NULL);
