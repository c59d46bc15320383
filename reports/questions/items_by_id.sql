-- The items whose id begins with some letters, and the cluster that each stands in.
-- $id: the beginning of an item's id
SELECT i.item_id, i.kind, i.competitor, i.title, i.happened_at, m.cluster_id
FROM item AS i
JOIN cluster_member AS m ON m.item_id = i.item_id
WHERE starts_with(i.item_id, lower($id::VARCHAR))
ORDER BY i.item_id
