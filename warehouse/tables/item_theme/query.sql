SELECT
    t.item_id,
    t.theme,
    t.fit
FROM raw.item_theme AS t
WHERE t.item_id IN (SELECT item_id FROM core.item)
