-- The features and limits that stand on one page, as they are believed now.
-- $page: id of the page
SELECT plan, plan_group, feature, included, limit_value, unlimited, unit, text, place, last_seen_at
FROM plan_feature
WHERE page_id = $page::VARCHAR AND valid_to IS NULL
ORDER BY valid_from, plan, plan_group, feature, text
