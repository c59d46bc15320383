-- How much is known at a time: plans, prices, features and release entries that stood on their pages then.
-- $at: as of this time (UTC)
WITH
-- every answer, with the time at which what it showed was believed: a saved version at once, one from the web with the next
look AS (
    SELECT
        page_id,
        fetched_at,
        CASE
            WHEN origin = 'import' THEN fetched_at
            ELSE coalesce(lead(fetched_at) OVER (PARTITION BY page_id ORDER BY fetched_at, fetch_id), fetched_at)
        END AS known_at
    FROM page_fetch
    WHERE outcome IN ('ok', 'not_modified')
),

believed AS (SELECT page_id, fetched_at, max(known_at) AS known_at FROM look GROUP BY page_id, fetched_at),

stood AS (
    SELECT page_id, plan_key AS plan, 'price' AS kind, is_first, valid_from, valid_to FROM plan_price
    UNION ALL BY NAME
    SELECT page_id, NULL AS plan, 'feature' AS kind, is_first, valid_from, valid_to FROM plan_feature
),

known AS (
    SELECT s.page_id, s.plan, s.kind
    FROM stood AS s
    LEFT JOIN believed AS b ON b.page_id = s.page_id AND b.fetched_at = s.valid_from
    LEFT JOIN believed AS e ON e.page_id = s.page_id AND e.fetched_at = s.valid_to
    WHERE
        CASE WHEN s.is_first THEN s.valid_from ELSE coalesce(b.known_at, s.valid_from) END < $at::TIMESTAMP
        AND (s.valid_to IS NULL OR coalesce(e.known_at, s.valid_to) >= $at::TIMESTAMP)
)

SELECT
    count(DISTINCT (page_id, plan)) FILTER (kind = 'price') AS plans,
    count(*) FILTER (kind = 'price') AS prices,
    count(*) FILTER (kind = 'feature') AS features,
    (SELECT count(*) FROM release WHERE first_seen_at < $at::TIMESTAMP) AS releases
FROM known
