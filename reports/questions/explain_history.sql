-- All scores that an item ever had for a theme, or for none, the newest first.
-- $item: the item's id
-- $theme (optional): the theme; without one, the scores for none
SELECT h.scored_at, h.succeeded_at, h.score, h.rules_version
FROM relevance_history AS h
WHERE h.item_id = $item::VARCHAR AND h.theme IS NOT DISTINCT FROM $theme::VARCHAR
ORDER BY h.scored_at DESC
