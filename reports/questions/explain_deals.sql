-- The newest sightings of deals in which a competitor stood, those that were lost first.
-- $competitor: slug of the competitor
-- $since: from when on
-- $until: until when
SELECT s.sighting_id, s.stage, s.received_at
FROM sighting AS s
WHERE
    s.competitor = $competitor::VARCHAR
    AND coalesce(s.deal_key, s.account_key) IS NOT NULL
    AND s.received_at > $since::TIMESTAMP
    AND s.received_at <= $until::TIMESTAMP
ORDER BY s.stage IS NOT DISTINCT FROM 'lost' DESC, s.received_at DESC, s.sighting_id
LIMIT 3
