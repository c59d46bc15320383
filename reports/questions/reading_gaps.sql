-- Stretches in which a page was not read: attempts failed between two answers, or none was made for more than eight days.
-- $since: stretches that end after this time (UTC)
-- $end: before this time (UTC)
WITH
-- each answer, with the attempts that followed it until the next one
attempt AS (
    SELECT
        page_id,
        fetched_at,
        outcome IN ('ok', 'not_modified') AS answered,
        count(*) FILTER (outcome IN ('ok', 'not_modified')) OVER (
            PARTITION BY page_id ORDER BY fetched_at, fetch_id ROWS UNBOUNDED PRECEDING
        ) AS answer_no
    FROM page_fetch
    WHERE fetched_at < $end::TIMESTAMP
),

answer AS (
    SELECT page_id, answer_no, min(fetched_at) AS gap_from, count(*) FILTER (NOT answered) AS failures
    FROM attempt
    GROUP BY page_id, answer_no
),

-- from each answer to the next one, or to the end
stretch AS (
    SELECT *, coalesce(lead(gap_from) OVER (PARTITION BY page_id ORDER BY answer_no), $end::TIMESTAMP) AS gap_to
    FROM answer
)

SELECT page_id, gap_from, gap_to, failures
FROM stretch
WHERE answer_no > 0 AND gap_to > $since::TIMESTAMP AND (failures > 0 OR gap_to - gap_from > INTERVAL 8 DAY)
ORDER BY page_id, gap_from
