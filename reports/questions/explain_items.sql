-- The items whose id begins with some letters.
-- $id: the beginning of an item's id
SELECT i.item_id, i.kind, i.competitor, i.title, i.happened_at, m.cluster_id
FROM item AS i
LEFT JOIN cluster_member AS m ON m.item_id = i.item_id
WHERE starts_with(i.item_id, lower($id::VARCHAR))
ORDER BY i.item_id
LIMIT 6
