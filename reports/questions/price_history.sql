-- The history of a plan's prices: one row per price and stretch of time in which it stood on its page, oldest first.
-- $plan: name of the plan as its page writes it; capitals do not matter
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
    x.valid_from,
    x.valid_to,
    x.last_seen_at,
    x.text,
    x.snapshot,
    x.plan_price_id
FROM plan_price AS x
WHERE lower(x.plan) = lower($plan::VARCHAR) AND ($competitor::VARCHAR IS NULL OR x.competitor = $competitor::VARCHAR)
ORDER BY x.competitor, x.page_id, x.plan_group, x.currency, x.period, x.unit, x.billing, x.valid_from, x.amount, x.plan_price_id
