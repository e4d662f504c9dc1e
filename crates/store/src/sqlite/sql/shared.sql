-- Nodes whose path several sets define.
INSERT INTO temp.shared (node)
SELECT d.node FROM temp.degree d CROSS JOIN entity n ON n.row = d.node
WHERE (
    SELECT COUNT(DISTINCT IFNULL(x.set_number, 0)) FROM entity x
    WHERE x.path = n.path AND x.kind = ?1 AND x.flags & 1
) > 1
