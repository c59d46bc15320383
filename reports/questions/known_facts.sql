-- How much is known at a time: plans, prices, features and release entries that stood on their pages then.
-- $at: as of this time (UTC)
WITH
known AS (
    SELECT page_id, plan_key AS plan, 'price' AS kind, known_at, end_known_at FROM plan_price
    UNION ALL BY NAME
    SELECT page_id, NULL AS plan, 'feature' AS kind, known_at, end_known_at FROM plan_feature
)

SELECT
    count(DISTINCT (page_id, plan)) FILTER (kind = 'price') AS plans,
    count(*) FILTER (kind = 'price') AS prices,
    count(*) FILTER (kind = 'feature') AS features,
    (SELECT count(*) FROM release WHERE first_seen_at < $at::TIMESTAMP) AS releases
FROM known
WHERE known_at < $at::TIMESTAMP AND (end_known_at IS NULL OR end_known_at >= $at::TIMESTAMP)
