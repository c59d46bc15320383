-- How each watched page is doing now: the ones that need a person first, with since when and why.
-- $competitor (optional): slug of the only competitor that counts
SELECT
    h.page_id,
    h.competitor,
    h.kind,
    h.state,
    h.reason,
    h.failing_since,
    h.last_outcome,
    h.last_attempt_at,
    h.last_answer_at,
    h.facts_seen_at,
    h.stale,
    p.url
FROM page_health AS h
JOIN page AS p ON p.page_id = h.page_id
WHERE $competitor::VARCHAR IS NULL OR h.competitor = $competitor::VARCHAR
ORDER BY h.state = 'ok', h.competitor, h.page_id
