SELECT
    e.sighting_id,
    e.evidence,
    e.first_seen_at
FROM raw.sighting_evidence AS e
JOIN core.sighting AS s ON s.sighting_id = e.sighting_id
