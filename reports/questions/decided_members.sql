-- The items of all clusters on which something was decided.
SELECT m.item_id, m.cluster_id
FROM cluster_member AS m
WHERE m.cluster_id IN (SELECT d.cluster_id FROM decision AS d)
ORDER BY m.cluster_id, m.item_id
