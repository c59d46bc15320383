-- What colleagues reported about a competitor, the newest first: masked, without names, customers or deals.
-- $competitor: slug of the competitor
-- $newest (optional): how many at most
SELECT s.sighting_id, s.text, s.area, s.source, s.received_at, s.happened_on
FROM sighting AS s
WHERE s.competitor = $competitor::VARCHAR
QUALIFY row_number() OVER (ORDER BY s.received_at DESC, s.sighting_id) <= coalesce($newest::BIGINT, 9223372036854775807)
ORDER BY s.received_at DESC, s.sighting_id
