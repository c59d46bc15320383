-- An item that nobody has looked at yet stands alone until the next build.
SELECT
    i.item_id,
    coalesce(m.cluster_id, i.item_id) AS cluster_id,
    coalesce(m.reason, 'alone') AS reason,
    m.near_item_id,
    m.share
FROM core.item AS i
LEFT JOIN raw.cluster_member AS m ON m.item_id = i.item_id
