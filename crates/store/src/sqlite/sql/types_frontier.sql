-- What the first round has typed and others wait for.
INSERT OR IGNORE INTO temp.frontier (row)
SELECT w.target FROM temp.awaited w WHERE EXISTS (SELECT 1 FROM resolved_type y WHERE y.row = w.target)
