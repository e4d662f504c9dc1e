-- Version 2. What the project is known by beside `project_id`, which is the smallest of all.
CREATE TABLE other_id (id BLOB PRIMARY KEY) STRICT, WITHOUT ROWID;
