-- Built after a bulk load: sorting once is cheaper than keeping them up to date row by row.

CREATE UNIQUE INDEX entity_id ON entity (id);
CREATE INDEX entity_place ON entity (set_number, sort, id);
-- Covers every lookup by path and every count without touching the rows themselves.
CREATE INDEX entity_path ON entity (path, set_number, kind, type_number, flags);
CREATE INDEX reference_target ON reference (kind, target, source, expected);
CREATE UNIQUE INDEX delivery_item ON delivery (source, item);
