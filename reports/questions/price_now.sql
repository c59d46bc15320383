-- The table of plans as of a time: every price that stood on its page then, with the text it was read from.
-- $at (optional): as of this time (UTC); left out, now
-- $competitor (optional): slug of the only competitor that counts
SELECT
    x.competitor,
    x.page_id,
    x.plan,
    x.plan_group,
    x.amount,
    x.currency,
    x.period,
    x.unit,
    x.billing,
    x.qualifier,
    x.custom,
    x.free,
    x.addon,
    x.needs_review,
    x.valid_from,
    x.last_seen_at,
    x.text,
    x.snapshot,
    x.plan_price_id
FROM plan_price AS x
WHERE
    x.valid_from < coalesce($at::TIMESTAMP, TIMESTAMP '9999-12-31')
    AND (x.valid_to IS NULL OR x.valid_to >= coalesce($at::TIMESTAMP, TIMESTAMP '9999-12-31'))
    AND ($competitor::VARCHAR IS NULL OR x.competitor = $competitor::VARCHAR)
ORDER BY x.competitor, x.page_id, x.addon, x.amount NULLS LAST, x.plan, x.currency, x.period, x.billing, x.plan_price_id
