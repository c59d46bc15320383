SELECT
    md5(concat_ws('|', i.page_id, i.observation_id, i.interval_no)) AS page_text_id,
    p.competitor,
    i.page_id,
    o.block,
    o.heading,
    i.valid_from,
    i.last_seen_at,
    i.valid_to,
    i.is_first,
    i.snapshot,
    i.end_snapshot,
    o.place,
    i.observation_id
FROM core.observation_interval AS i
JOIN raw.page_text AS o ON o.observation_id = i.observation_id
JOIN raw.page AS p ON p.page_id = i.page_id
