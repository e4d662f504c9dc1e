-- ?1: the round. The next one in which the target of an alias that still waits has its type.
SELECT MIN(y.round) + 1 FROM temp.waiting w
CROSS JOIN entity t ON t.path = w.target AND t.kind = 3 AND t.flags & 1
CROSS JOIN resolved_type y ON y.row = t.row WHERE y.round >= ?1
