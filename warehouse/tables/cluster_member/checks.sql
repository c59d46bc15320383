-- #fail a reason is one of those that are documented
SELECT item_id, reason FROM core.cluster_member WHERE reason NOT IN ('copy', 'fact', 'merged', 'split', 'alone');

-- #fail a cluster is named after one of its own items
SELECT m.item_id, m.cluster_id
FROM core.cluster_member AS m
LEFT JOIN core.cluster_member AS c ON c.item_id = m.cluster_id
WHERE c.cluster_id IS DISTINCT FROM m.cluster_id;
