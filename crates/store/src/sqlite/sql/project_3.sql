-- Version 3. Changes are found by the row of their entity: what is edited together was mostly written together, and ids
-- come in no order, so that by them every change of a large project led to another page.
ALTER TABLE change ADD COLUMN row INTEGER;
UPDATE change SET row = (SELECT e.row FROM entity e WHERE e.id = change.entity);
DROP INDEX change_entity;
CREATE INDEX change_row ON change (row, number);
