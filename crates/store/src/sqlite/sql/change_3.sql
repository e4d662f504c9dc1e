-- One entity's state became another one, since the project was made. `seen`: what had been seen of the
-- entity until then, NULL if it was not there. With it and the history, any earlier state can be told.
CREATE TABLE change (number INTEGER PRIMARY KEY, entity BLOB NOT NULL, seen BLOB, import INTEGER, row INTEGER) STRICT;
-- By the row of the entity: what is edited together was mostly written together, and ids come in no order, so that by them
-- every change of a large project led to another page.
CREATE INDEX change_row ON change (row, number);
CREATE INDEX change_import ON change (import) WHERE import IS NOT NULL;
