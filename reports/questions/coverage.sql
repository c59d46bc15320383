-- How far each page was read in a window of time, from the log of fetches alone: attempts, answers, and since when none came.
-- A page counts from its first fetch on, while it is watched or was fetched in the window.
-- $start: from this time on (UTC)
-- $end: before this time (UTC)
WITH
-- every attempt that was made before the window ended
attempt AS (
    SELECT *, outcome IN ('ok', 'not_modified') AS answered, fetched_at >= $start::TIMESTAMP AS inside
    FROM page_fetch
    WHERE fetched_at < $end::TIMESTAMP
),

per_page AS (
    SELECT
        page_id,
        any_value(competitor) AS competitor,
        count(*) FILTER (inside) AS attempts,
        count(*) FILTER (inside AND answered) AS answers,
        min(fetched_at) FILTER (answered) AS first_answer_at,
        max(fetched_at) FILTER (answered) AS last_answer_at,
        arg_max(snapshot, (fetched_at, fetch_id)) FILTER (answered) AS last_snapshot,
        max_by(read_status, (fetched_at, fetch_id)) FILTER (answered) AS last_read_status,
        max_by(coalesce(read_reason, ''), (fetched_at, fetch_id)) FILTER (answered) AS last_read_reason,
        max(fetched_at) FILTER (read_status = 'read') AS facts_seen_at,
        max(fetched_at) AS last_attempt_at,
        max_by(outcome, (fetched_at, fetch_id)) AS last_outcome,
        max_by(detail, (fetched_at, fetch_id)) AS last_detail,
        max_by(status, (fetched_at, fetch_id)) AS last_status,
        max_by(fetch_id, (fetched_at, fetch_id)) AS last_fetch_id
    FROM attempt
    GROUP BY page_id
),

-- the first failure since the last answer
failing AS (
    SELECT a.page_id, min(a.fetched_at) AS failing_since
    FROM attempt AS a
    JOIN per_page AS p ON p.page_id = a.page_id
    WHERE NOT a.answered AND a.fetched_at > coalesce(p.last_answer_at, TIMESTAMP '0001-01-01')
    GROUP BY a.page_id
)

SELECT
    p.page_id,
    p.competitor,
    coalesce(k.name, p.competitor) AS competitor_name,
    g.kind,
    g.url,
    p.attempts,
    p.answers,
    p.first_answer_at,
    p.last_answer_at,
    p.last_snapshot,
    p.last_attempt_at,
    p.last_outcome,
    p.last_detail,
    p.last_status,
    p.last_fetch_id,
    f.failing_since,
    -- an answer from which the reader got nothing, although facts were seen before: those facts are older than the answer
    coalesce(p.last_read_status <> 'read', FALSE) AS unreadable,
    p.last_read_reason,
    p.facts_seen_at
FROM per_page AS p
LEFT JOIN failing AS f ON f.page_id = p.page_id
LEFT JOIN page AS g ON g.page_id = p.page_id
LEFT JOIN competitor AS k ON k.competitor = p.competitor
WHERE p.attempts > 0 OR coalesce(g.watched, FALSE)
ORDER BY p.competitor, p.page_id
