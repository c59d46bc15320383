WITH
-- a plan's name tells it, unless the page has that name in several groups at the same time
twice AS (
    SELECT DISTINCT a.page_id, lower(a.plan) AS plan
    FROM raw.plan_price AS a
    JOIN raw.fact AS fa ON fa.observation_id = a.observation_id
    JOIN raw.fact AS fb ON fb.facts_id = fa.facts_id
    JOIN raw.plan_price AS b ON b.observation_id = fb.observation_id AND b.page_id = a.page_id
    WHERE lower(a.plan) = lower(b.plan) AND coalesce(a.plan_group, '') <> coalesce(b.plan_group, '')
)

SELECT
    md5(concat_ws('|', i.page_id, i.observation_id, i.interval_no)) AS plan_price_id,
    p.competitor,
    i.page_id,
    o.plan,
    o.plan_group,
    lower(o.plan) || CASE WHEN t.plan IS NULL THEN '' ELSE '|' || lower(coalesce(o.plan_group, '')) END AS plan_key,
    o.amount,
    o.currency,
    o.period,
    o.unit,
    o.billing,
    o.qualifier,
    o.custom,
    o.free,
    o.addon,
    o.needs_review,
    o.basis,
    i.valid_from,
    i.known_at,
    i.last_seen_at,
    i.valid_to,
    i.end_known_at,
    i.is_first,
    i.snapshot,
    i.end_snapshot,
    o.text,
    o.place,
    o.note,
    i.observation_id
FROM core.observation_interval AS i
JOIN raw.plan_price AS o ON o.observation_id = i.observation_id
JOIN raw.page AS p ON p.page_id = i.page_id
LEFT JOIN twice AS t ON t.page_id = i.page_id AND t.plan = lower(o.plan)
