-- What an item scores for each theme that it is about, the highest first.
-- $item: the item's id
SELECT theme, score, rules_version, scored_at, grade, independent_sources
FROM relevance
WHERE item_id = $item::VARCHAR
ORDER BY score DESC, theme
