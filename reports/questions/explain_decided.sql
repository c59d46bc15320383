-- What was decided about other items than those of one cluster, the newest first.
-- $cluster: the cluster's id
SELECT
    d.decision_id,
    d.item_id,
    i.title,
    d.kind,
    d.because,
    d.decided_at,
    d.outcome,
    concat_ws(chr(10), coalesce(s.text, r.title, c.kind || ': ' || c.subject), coalesce(s.comparison, r.body, concat(c.old, ' → ', c.new))) AS text
FROM decision AS d
JOIN item AS i ON i.item_id = d.item_id
LEFT JOIN sighting AS s ON s.sighting_id = d.item_id
LEFT JOIN release AS r ON r.release_id = d.item_id
LEFT JOIN change AS c ON c.change_id = d.item_id
WHERE d.cluster_id <> $cluster::VARCHAR
QUALIFY row_number() OVER (PARTITION BY d.item_id ORDER BY d.decided_at DESC, d.decision_id DESC) = 1
ORDER BY d.decided_at DESC, d.decision_id
LIMIT 1000
