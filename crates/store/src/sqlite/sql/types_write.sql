-- Writes what differs from the last time.
DELETE FROM resolved_type WHERE NOT EXISTS (
    SELECT 1 FROM temp.typed y WHERE y.row = resolved_type.row AND y.type_number = resolved_type.type_number
);
INSERT OR IGNORE INTO resolved_type (row, type_number) SELECT row, type_number FROM temp.typed;
