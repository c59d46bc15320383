WITH
attempt AS (
    SELECT *, outcome IN ('ok', 'not_modified') AS answered FROM raw.fetch WHERE kind <> 'robots'
),

-- the newest attempt, the newest answer, and the first failure since
per_page AS (
    SELECT
        page_id,
        max(fetched_at) AS last_attempt_at,
        arg_max(outcome, fetched_at) AS last_outcome,
        arg_max(detail, fetched_at) AS last_detail,
        max(fetched_at) FILTER (WHERE answered) AS last_answer_at,
        arg_max(snapshot, fetched_at) FILTER (WHERE answered) AS last_snapshot
    FROM attempt
    GROUP BY page_id
),

failing AS (
    SELECT a.page_id, min(a.fetched_at) AS failing_since
    FROM attempt AS a
    JOIN per_page AS p ON p.page_id = a.page_id
    WHERE NOT a.answered AND a.fetched_at > coalesce(p.last_answer_at, TIMESTAMP '0001-01-01')
    GROUP BY a.page_id
),

-- when the facts that stand were seen last
facts AS (
    SELECT page_id, max(seen_to) AS facts_seen_at FROM core.page_state GROUP BY page_id
)

SELECT
    g.page_id,
    g.competitor,
    g.kind,
    CASE
        WHEN p.page_id IS NULL THEN 'not_fetched'
        WHEN f.failing_since IS NOT NULL THEN 'failing'
        WHEN r.status IS NOT NULL AND r.status <> 'read' AND x.facts_seen_at IS NOT NULL THEN 'reader_broken'
        WHEN r.status IS NOT NULL AND r.status <> 'read' THEN 'nothing_read'
        ELSE 'ok'
    END AS state,
    p.last_attempt_at,
    p.last_outcome,
    CASE WHEN f.failing_since IS NOT NULL THEN p.last_detail WHEN r.status <> 'read' THEN r.reason END AS reason,
    p.last_answer_at,
    f.failing_since,
    x.facts_seen_at,
    -- what was read before stays, and is as old as that
    x.facts_seen_at IS NOT NULL AND (f.failing_since IS NOT NULL OR coalesce(r.status <> 'read', FALSE)) AS stale,
    p.last_snapshot
FROM raw.page AS g
LEFT JOIN per_page AS p ON p.page_id = g.page_id
LEFT JOIN failing AS f ON f.page_id = g.page_id
LEFT JOIN facts AS x ON x.page_id = g.page_id
LEFT JOIN raw.reading AS r
    ON r.page_id = g.page_id AND r.snapshot = p.last_snapshot AND r.reader_version = g.reader_version AND r.options = g.options
WHERE g.watched
