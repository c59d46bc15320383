-- What the items of a competitor say, for finding those that say the same in other words.
-- $competitor (optional): slug of the competitor; left out: items without one
-- $newest (optional): how many at most
WITH
-- a change in the words of its table, a release with the begin of its text, a sighting as it was told
said AS (
    SELECT
        change_id AS item_id,
        concat_ws(' ', replace(kind, '_', ' ') || ':', subject, old, '→', new) AS text
    FROM change
    UNION ALL
    SELECT release_id, concat_ws(' ', version, title, left(coalesce(body, first_line), 1000))
    FROM release
    UNION ALL
    SELECT sighting_id, concat_ws(' ', text, comparison)
    FROM sighting
)

SELECT i.item_id, i.kind, i.title, i.happened_at, m.cluster_id, said.text
FROM item AS i
JOIN cluster_member AS m ON m.item_id = i.item_id
JOIN said ON said.item_id = i.item_id
WHERE i.competitor IS NOT DISTINCT FROM $competitor::VARCHAR AND said.text <> ''
QUALIFY row_number() OVER (ORDER BY i.happened_at DESC, i.item_id) <= coalesce($newest::BIGINT, 9223372036854775807)
ORDER BY i.happened_at DESC, i.item_id
