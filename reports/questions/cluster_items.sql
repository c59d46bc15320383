-- The items of a cluster, the oldest first, and why each stands in it.
-- $cluster: the cluster's id
SELECT
    i.item_id,
    i.kind,
    i.competitor,
    i.title,
    i.happened_at,
    m.reason,
    m.near_item_id,
    m.share,
    c.independent_sources,
    c.has_page_evidence
FROM cluster_member AS m
JOIN item AS i ON i.item_id = m.item_id
JOIN cluster AS c ON c.cluster_id = m.cluster_id
WHERE m.cluster_id = $cluster::VARCHAR
ORDER BY i.happened_at, i.item_id
