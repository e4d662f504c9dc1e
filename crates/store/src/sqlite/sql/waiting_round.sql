-- ?1: the round. The next one in which the target of an alias that still waits has its type.
SELECT MIN(y.round) + 1 FROM temp.waiting w
CROSS JOIN temp.there t ON t.path = w.target
CROSS JOIN temp.known y ON y.row = t.row WHERE y.round >= ?1
