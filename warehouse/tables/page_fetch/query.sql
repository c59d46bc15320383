SELECT
    f.fetch_id, f.page_id, f.competitor, f.fetched_at, f.outcome, f.detail, f.status, f.origin, f.purpose, f.attempts,
    f.elapsed_ms, f.conditional, f.snapshot, f.body_bytes, f.url, f.final_url,
    CASE WHEN f.outcome IN ('ok', 'not_modified') THEN r.status END AS read_status,
    CASE WHEN f.outcome IN ('ok', 'not_modified') AND r.status <> 'read' THEN r.reason END AS read_reason
FROM raw.fetch AS f
LEFT JOIN raw.page AS p ON p.page_id = f.page_id
LEFT JOIN raw.reading AS r
    ON r.page_id = f.page_id AND r.snapshot = f.snapshot AND r.reader_version = p.reader_version AND r.options = p.options
WHERE f.kind <> 'robots'
