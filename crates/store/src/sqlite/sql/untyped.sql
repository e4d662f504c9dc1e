-- Living tokens without a type of their own that refer to something. The index of paths has it all.
SELECT row FROM entity INDEXED BY entity_path WHERE kind = 3 AND flags & 5 = 5 AND type_number IS NULL
