-- The newest decision about an item of a cluster.
-- $cluster: the cluster's id
SELECT d.decision_id, d.item_id, d.kind, d.because, d.decided_at
FROM decision AS d
WHERE d.cluster_id = $cluster::VARCHAR
ORDER BY d.decided_at DESC, d.decision_id DESC
LIMIT 1
