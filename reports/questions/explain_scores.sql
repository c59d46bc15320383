-- The newest scores of an item, the highest first, with everything that they are made of.
-- $item: the item's id
SELECT r.*
FROM relevance AS r
WHERE r.item_id = $item::VARCHAR
ORDER BY r.score DESC, r.theme
