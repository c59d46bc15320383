-- #fail an item is in one cluster, and every cluster has its items
SELECT c.cluster_id, c.items
FROM core.cluster AS c
LEFT JOIN core.cluster_member AS m ON m.cluster_id = c.cluster_id
GROUP BY c.cluster_id, c.items
HAVING count(m.item_id) <> c.items;
