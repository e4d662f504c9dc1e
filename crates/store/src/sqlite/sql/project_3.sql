-- Version 3. Changes are found by the row of their entity, not by its id (change_3.sql).
ALTER TABLE change ADD COLUMN row INTEGER;
UPDATE change SET row = (SELECT e.row FROM entity e WHERE e.id = change.entity);
DROP INDEX change_entity;
CREATE INDEX change_row ON change (row, number);
