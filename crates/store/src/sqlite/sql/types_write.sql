UPDATE entity SET type_number = y.type_number, flags = flags | 4
FROM temp.typed y
WHERE entity.row = y.row AND (entity.type_number IS NOT y.type_number OR NOT entity.flags & 4);
-- What lost the target that gave it its type.
UPDATE entity SET type_number = NULL, flags = flags & ~4
WHERE row IN (
    SELECT e.row FROM entity e INDEXED BY entity_path
    WHERE e.flags & 4 AND NOT EXISTS (SELECT 1 FROM temp.typed y WHERE y.row = e.row)
);
