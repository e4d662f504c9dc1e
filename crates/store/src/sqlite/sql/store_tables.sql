-- What belongs to the store as a whole.

CREATE TABLE audit (
    number INTEGER PRIMARY KEY,
    at_ms INTEGER NOT NULL,
    who TEXT NOT NULL,
    action TEXT NOT NULL,
    project TEXT,
    outcome TEXT NOT NULL,
    error_code TEXT,
    detail TEXT NOT NULL
) STRICT;
CREATE INDEX audit_project ON audit (project);
