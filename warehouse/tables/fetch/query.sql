SELECT
    fetch_id, page_id, competitor, fetched_at, outcome, detail, status, origin, purpose, attempts, elapsed_ms,
    conditional, snapshot, body_bytes, url, final_url
FROM raw.fetch
WHERE kind <> 'robots'
