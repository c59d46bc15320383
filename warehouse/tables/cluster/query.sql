SELECT
    m.cluster_id,
    arg_min(i.competitor, (i.happened_at, i.item_id)) AS competitor,
    arg_min(i.title, (i.happened_at, i.item_id)) AS title,
    min(i.happened_at) AS first_at,
    max(i.happened_at) AS last_at,
    count(*)::INTEGER AS items,
    count(s.sighting_id)::INTEGER AS sightings,
    count(DISTINCT s.account_key)::INTEGER AS accounts,
    coalesce(max(r.independent_sources), 1) AS independent_sources,
    bool_or(i.kind <> 'sighting') AS has_page_evidence,
    arg_max(d.decision_id, (d.decided_at, d.decision_id)) AS decision_id
FROM core.cluster_member AS m
JOIN core.item AS i ON i.item_id = m.item_id
LEFT JOIN core.sighting AS s ON s.sighting_id = m.item_id
LEFT JOIN raw.cluster_member AS r ON r.item_id = m.item_id
LEFT JOIN core.decision AS d ON d.item_id = m.item_id
GROUP BY m.cluster_id
