-- What is known to have moved in a competitor's prices and plans, the newest first; what nobody has dismissed.
-- $competitor: slug of the competitor
-- $newest (optional): how many at most
SELECT c.change_id, c.page_id, p.url, c.kind, c.subject, c.old, c.new, c.change_pct, c.changed_at, c.needs_review
FROM change AS c
LEFT JOIN page AS p ON p.page_id = c.page_id
WHERE
    c.competitor = $competitor::VARCHAR
    AND c.dismissed_by IS NULL
    AND c.kind IN (
        'price_increase', 'price_decrease', 'plan_added', 'plan_removed', 'plan_renamed', 'to_custom', 'from_custom',
        'currency_changed', 'period_changed', 'qualifier_changed'
    )
QUALIFY row_number() OVER (ORDER BY c.changed_at DESC, c.change_id) <= coalesce($newest::BIGINT, 9223372036854775807)
ORDER BY c.changed_at DESC, c.change_id
