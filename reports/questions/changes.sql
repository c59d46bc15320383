-- What became known to have changed in a window of time: every believed change that nobody has dismissed, with both sides and
-- where each was seen.
-- $start: known from this time on (UTC)
-- $end: known before this time (UTC)
-- $competitor (optional): slug of the only competitor that counts
SELECT
    c.change_id,
    c.competitor,
    coalesce(k.name, c.competitor) AS competitor_name,
    c.page_id,
    p.kind AS page_kind,
    p.url,
    c.kind,
    c.subject,
    c.old,
    c.new,
    c.old_amount,
    c.new_amount,
    c.change_pct,
    c.currency,
    c.changed_at,
    c.old_seen_at,
    c.known_at,
    c.old_text,
    c.new_text,
    c.old_snapshot,
    c.new_snapshot,
    c.needs_review,
    c.review_reason
FROM change AS c
LEFT JOIN page AS p ON p.page_id = c.page_id
LEFT JOIN competitor AS k ON k.competitor = c.competitor
WHERE
    c.known_at >= $start::TIMESTAMP
    AND c.known_at < $end::TIMESTAMP
    AND c.dismissed_by IS NULL
    AND ($competitor::VARCHAR IS NULL OR c.competitor = $competitor::VARCHAR)
ORDER BY c.competitor, c.changed_at, c.page_id, c.kind, c.subject, c.change_id
