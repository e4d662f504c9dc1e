-- One project, self-contained. Numbers stand for replicas, authors, sets and types everywhere else.

CREATE TABLE project (
    only_row INTEGER PRIMARY KEY CHECK (only_row = 1),
    project_id BLOB NOT NULL,
    created_at_ms INTEGER NOT NULL,
    last_change_ms INTEGER NOT NULL,
    clock INTEGER NOT NULL,
    own_replica BLOB,
    own_issued INTEGER NOT NULL,
    -- 0: the references have not been resolved since something changed that they depend on. 1: they have. 2: they
    -- have, and some of them never end.
    resolved INTEGER NOT NULL DEFAULT 0
) STRICT;

-- `live`: entities whose state names it. `highest`: the highest write that any state has seen.
CREATE TABLE replica (
    number INTEGER PRIMARY KEY, id BLOB NOT NULL UNIQUE, highest INTEGER NOT NULL, live INTEGER NOT NULL
) STRICT;
CREATE TABLE author (number INTEGER PRIMARY KEY, name TEXT NOT NULL UNIQUE, live INTEGER NOT NULL) STRICT;
CREATE TABLE set_name (number INTEGER PRIMARY KEY, id BLOB NOT NULL UNIQUE) STRICT;
CREATE TABLE type_name (number INTEGER PRIMARY KEY, name TEXT NOT NULL UNIQUE) STRICT;
-- How many entities there are of each kind with these flags.
CREATE TABLE tally (
    kind INTEGER NOT NULL, flags INTEGER NOT NULL, count INTEGER NOT NULL, PRIMARY KEY (kind, flags)
) STRICT, WITHOUT ROWID;

-- One row per entity. `state` is documented in state.rs; `hash` covers it together with path and set.
-- `flags`: 1 alive, 2 valid, 4 it has references that resolving has to follow further.
CREATE TABLE entity (
    row INTEGER PRIMARY KEY,
    id BLOB NOT NULL,
    kind INTEGER NOT NULL,
    set_number INTEGER,
    path TEXT NOT NULL,
    sort BLOB NOT NULL,
    type_number INTEGER,
    flags INTEGER NOT NULL,
    conflicts INTEGER NOT NULL,
    updated_ms INTEGER NOT NULL,
    hash BLOB NOT NULL,
    state BLOB NOT NULL
) STRICT;
-- What there is little of is found without a look at any token. These hold so little that a bulk load
-- keeps them up to date, where building them later would read every row once more.
CREATE INDEX entity_other ON entity (set_number, sort, id) WHERE kind NOT IN (2, 3);
CREATE INDEX entity_deleted ON entity (id) WHERE NOT flags & 1;
CREATE INDEX entity_conflict ON entity (conflicts) WHERE conflicts > 0;

-- The references of the row `source`. `kind`: 0 alias, 1 part, 2 pointer, 3 extends. `expected`: number
-- of the type needed.
CREATE TABLE reference (
    source INTEGER NOT NULL,
    place INTEGER NOT NULL,
    target TEXT NOT NULL,
    kind INTEGER NOT NULL,
    expected INTEGER,
    PRIMARY KEY (source, place)
) STRICT, WITHOUT ROWID;

-- Types that tokens without one of their own have through an alias, as far as they were resolved, and how many
-- aliases lie between.
CREATE TABLE resolved_type (
    row INTEGER PRIMARY KEY, type_number INTEGER NOT NULL, round INTEGER NOT NULL
) STRICT;

-- What resolving found wrong with the references of the row `source`. `what`: 0 nothing stands at the target
-- (`detail`: kind of reference), 1 it is of another type than the one needed (`detail`).
CREATE TABLE fault (
    source INTEGER NOT NULL,
    what INTEGER NOT NULL,
    target TEXT NOT NULL,
    detail INTEGER NOT NULL,
    PRIMARY KEY (source, what, target, detail)
) STRICT, WITHOUT ROWID;

CREATE TABLE blob (number INTEGER PRIMARY KEY, hash BLOB NOT NULL UNIQUE, content BLOB NOT NULL) STRICT;

-- `change_before`, `change_after`: the newest change before it and at its end. `created`: it made the project.
CREATE TABLE import (
    number INTEGER PRIMARY KEY,
    at_ms INTEGER NOT NULL,
    author TEXT NOT NULL,
    action TEXT NOT NULL,
    source TEXT NOT NULL,
    hash BLOB,
    report TEXT NOT NULL,
    change_before INTEGER NOT NULL,
    change_after INTEGER NOT NULL,
    created INTEGER NOT NULL
) STRICT;

-- One row for each conflict that an import brought up, decided or left open, and for each that a person
-- decided later (`import` is NULL). `record` is JSON.
CREATE TABLE decision (
    number INTEGER PRIMARY KEY,
    import INTEGER,
    entity BLOB NOT NULL,
    register TEXT NOT NULL,
    at_ms INTEGER NOT NULL,
    author TEXT NOT NULL,
    strategy TEXT NOT NULL,
    record TEXT NOT NULL
) STRICT;
CREATE INDEX decision_entity ON decision (entity);

-- Superseded writes, by the change that superseded them.
CREATE TABLE history (
    number INTEGER PRIMARY KEY,
    change INTEGER NOT NULL,
    register TEXT NOT NULL,
    replica INTEGER NOT NULL,
    counter INTEGER NOT NULL,
    origin_replica INTEGER NOT NULL,
    origin_counter INTEGER NOT NULL,
    wall_ms INTEGER NOT NULL,
    author INTEGER NOT NULL,
    value BLOB NOT NULL,
    later_replica INTEGER,
    later_counter INTEGER
) STRICT;
CREATE INDEX history_change ON history (change);

-- Outside sources, each a replica of its own. `replica` is only good together with `project.own_replica`.
CREATE TABLE source (
    number INTEGER PRIMARY KEY,
    name TEXT NOT NULL UNIQUE,
    replica BLOB,
    issued INTEGER NOT NULL,
    delivered_ms INTEGER,
    made_replica BLOB,
    made_counter INTEGER
) STRICT;

-- What a source stated last about each item. `entity` is the item's own id where that is NULL.
CREATE TABLE delivery (
    number INTEGER PRIMARY KEY,
    source INTEGER NOT NULL,
    item BLOB NOT NULL,
    entity BLOB,
    place TEXT,
    statement BLOB
) STRICT;

-- Superseded writes that archives told of: for display only. They name replicas and authors themselves,
-- so that what a stranger claims is loaded by nobody who does not ask for it.
CREATE TABLE told (
    entity BLOB NOT NULL,
    register TEXT NOT NULL,
    counter INTEGER NOT NULL,
    replica BLOB NOT NULL,
    origin_counter INTEGER NOT NULL,
    origin_replica BLOB NOT NULL,
    wall_ms INTEGER NOT NULL,
    author TEXT NOT NULL,
    value BLOB NOT NULL,
    later_counter INTEGER,
    later_replica BLOB,
    PRIMARY KEY (entity, register, counter, replica)
) STRICT, WITHOUT ROWID;

-- Imports into other copies, which archives told of: for display only.
CREATE TABLE told_import (
    at_ms INTEGER NOT NULL,
    author TEXT NOT NULL,
    action TEXT NOT NULL,
    source TEXT NOT NULL,
    hash BLOB NOT NULL,
    PRIMARY KEY (at_ms, author, action, source, hash)
) STRICT, WITHOUT ROWID;
