-- Work tables of one run, in the connection's temporary file.
DROP TABLE IF EXISTS temp.candidate;
DROP TABLE IF EXISTS temp.fresh;
DROP TABLE IF EXISTS temp.frontier;
DROP TABLE IF EXISTS temp.waiting;
DROP TABLE IF EXISTS temp.affected;
DROP TABLE IF EXISTS temp.link;
DROP TABLE IF EXISTS temp.there;
DROP TABLE IF EXISTS temp.known;
DROP TABLE IF EXISTS temp.awaited;
DROP TABLE IF EXISTS temp.namesake;
DROP TABLE IF EXISTS temp.unclear;
DROP TABLE IF EXISTS temp.hop;
DROP TABLE IF EXISTS temp.edge;
DROP TABLE IF EXISTS temp.degree;
DROP TABLE IF EXISTS temp.next;
DROP TABLE IF EXISTS temp.shared;
DROP TABLE IF EXISTS temp.visited;
CREATE TEMP TABLE candidate (source INTEGER PRIMARY KEY, target TEXT NOT NULL, low INTEGER, high INTEGER);
CREATE TEMP TABLE fresh (row INTEGER PRIMARY KEY, type_number INTEGER NOT NULL);
CREATE TEMP TABLE frontier (row INTEGER PRIMARY KEY);
CREATE TEMP TABLE waiting (source INTEGER NOT NULL, target TEXT NOT NULL);
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
-- `source` is an untyped alias of the untyped token `target` at `path`, where more than that token may stand.
CREATE TEMP TABLE awaited (
    source INTEGER NOT NULL, target INTEGER NOT NULL, path TEXT NOT NULL, is_shared INTEGER NOT NULL);
-- Tokens that refer further, where several stand at one path, and the node that stands for it.
CREATE TEMP TABLE namesake (row INTEGER PRIMARY KEY, node INTEGER NOT NULL);
-- References whose targets have to get a type before it can be told whether that is the one needed.
CREATE TEMP TABLE unclear (
    source INTEGER NOT NULL, target TEXT NOT NULL, kind INTEGER NOT NULL, expected INTEGER NOT NULL);
CREATE TEMP TABLE hop (source INTEGER NOT NULL, target INTEGER NOT NULL);
-- A node is a path, named by the first living row there. It has an edge for each path it refers to
-- that refers further: where a reference ends at a value, nothing can go on for ever.
CREATE TEMP TABLE edge (source INTEGER NOT NULL, target INTEGER NOT NULL, PRIMARY KEY (source, target))
WITHOUT ROWID;
CREATE TEMP TABLE degree (node INTEGER PRIMARY KEY, open INTEGER NOT NULL);
CREATE TEMP TABLE next (row INTEGER PRIMARY KEY);
CREATE TEMP TABLE shared (node INTEGER PRIMARY KEY);
CREATE TEMP TABLE visited (node INTEGER PRIMARY KEY, walk INTEGER NOT NULL);
