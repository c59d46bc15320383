-- The items that say the same as one, the newest first, with what each puts into the score.
-- $cluster: the cluster's id
SELECT
    i.item_id,
    i.kind,
    i.title,
    i.happened_at,
    concat_ws(chr(10), coalesce(s.text, r.title, c.kind || ': ' || c.subject), coalesce(s.comparison, r.body, concat(c.old, ' → ', c.new))) AS text,
    s.account_key,
    s.deal_key,
    s.person_id,
    s.deal_amount::DOUBLE AS deal_amount,
    s.deal_currency,
    s.stage,
    s.motive,
    s.close_on
FROM cluster_member AS m
JOIN item AS i ON i.item_id = m.item_id
LEFT JOIN sighting AS s ON s.sighting_id = m.item_id
LEFT JOIN release AS r ON r.release_id = m.item_id
LEFT JOIN change AS c ON c.change_id = m.item_id
WHERE m.cluster_id = $cluster::VARCHAR
ORDER BY i.happened_at DESC, i.item_id
