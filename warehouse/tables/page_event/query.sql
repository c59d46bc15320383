WITH
-- what the readers of today see in each snapshot
reading AS (
    SELECT r.page_id, r.snapshot, r.status, r.facts_id, p.kind
    FROM raw.reading AS r
    JOIN raw.page AS p ON p.page_id = r.page_id AND p.reader_version = r.reader_version AND p.options = r.options
)

SELECT
    f.page_id,
    r.kind,
    f.fetch_id,
    f.fetched_at,
    f.snapshot,
    r.facts_id,
    -- a saved version is believed at once; an answer from the web when it comes two or four times
    sum(CASE WHEN f.origin = 'import' THEN 4 ELSE 1 END) OVER (
        PARTITION BY f.page_id ORDER BY f.fetched_at, f.fetch_id ROWS UNBOUNDED PRECEDING
    )::BIGINT AS weight_to,
    CASE WHEN f.origin = 'import' THEN 4 ELSE 1 END AS weight
FROM raw.fetch AS f
JOIN reading AS r ON r.page_id = f.page_id AND r.snapshot = f.snapshot
WHERE f.outcome IN ('ok', 'not_modified') AND r.status = 'read'
