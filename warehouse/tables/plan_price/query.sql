SELECT
    md5(concat_ws('|', i.page_id, i.observation_id, i.interval_no)) AS plan_price_id,
    p.competitor,
    i.page_id,
    o.plan,
    o.plan_group,
    n.plan_key,
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
JOIN core.plan_name AS n ON n.page_id = o.page_id AND n.plan = o.plan AND n.plan_group = coalesce(o.plan_group, '')
