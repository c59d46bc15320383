-- The prices that stand on one page, as they are believed now.
-- $page: id of the page
SELECT
    plan, plan_group, amount, currency, period, unit, billing, qualifier, custom, free, addon, needs_review, basis, text,
    place, note, last_seen_at
FROM plan_price
WHERE page_id = $page::VARCHAR AND valid_to IS NULL
ORDER BY valid_from, plan, plan_group, amount, billing, text
