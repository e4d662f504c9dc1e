-- As it was before version 3.
CREATE TABLE change (number INTEGER PRIMARY KEY, entity BLOB NOT NULL, seen BLOB, import INTEGER) STRICT;
CREATE INDEX change_entity ON change (entity, number);
CREATE INDEX change_import ON change (import) WHERE import IS NOT NULL;
