-- What shows that a competitor has what a theme is about: what a page shows first, then the newest.
-- $competitor: slug of the competitor
-- $theme: the theme
SELECT i.item_id, i.kind, i.title, i.happened_at
FROM item_theme AS t
JOIN item AS i ON i.item_id = t.item_id
LEFT JOIN change AS c ON c.change_id = i.item_id
WHERE
    t.theme = $theme::VARCHAR
    AND i.competitor = $competitor::VARCHAR
    AND coalesce(c.kind, '') NOT IN ('plan_removed', 'feature_removed')
ORDER BY i.kind = 'sighting', i.happened_at DESC, i.item_id
LIMIT 3
