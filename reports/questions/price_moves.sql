-- The history of every series of prices that is known to have moved in a window: a series is one plan's price in one currency,
-- period, unit and billing. What became known from the window's end on is left out, and so are plans that only got another
-- name, moves that were dismissed or are held for review, and prices of which no change is told.
-- $start: moved from this time on (UTC)
-- $end: moved before this time (UTC)
-- $since: how far the history goes back (UTC)
WITH
price AS (
    SELECT
        x.*,
        coalesce(x.amount, CASE WHEN x.free THEN 0 END) AS value,
        concat_ws(
            '|', x.page_id, x.plan_key, x.addon, coalesce(x.currency, '-'), coalesce(x.period, '-'), coalesce(x.unit, '-'),
            coalesce(x.billing, '-')
        ) AS series
    FROM plan_price AS x
    WHERE x.qualifier <> 'struck'
),

move AS (
    SELECT series, page_id, plan, valid_from AS moved_at
    FROM price
    WHERE NOT is_first AND known_at >= $start::TIMESTAMP AND known_at < $end::TIMESTAMP
    UNION ALL
    SELECT series, page_id, plan, valid_to AS moved_at
    FROM price
    WHERE end_known_at >= $start::TIMESTAMP AND end_known_at < $end::TIMESTAMP
),

moved AS (
    SELECT DISTINCT m.series
    FROM move AS m
    WHERE EXISTS (
        SELECT 1 FROM change AS c WHERE c.page_id = m.page_id AND c.changed_at = m.moved_at AND c.subject = m.plan
    )
    AND NOT EXISTS (
        SELECT 1 FROM change AS c
        WHERE
            c.page_id = m.page_id
            AND c.changed_at = m.moved_at
            AND (
                (c.kind = 'plan_renamed' AND m.plan IN (c.old, c.new))
                OR (c.subject = m.plan AND (c.needs_review OR c.dismissed_by IS NOT NULL))
            )
    )
)

SELECT
    md5(x.series) AS series_id,
    x.plan_price_id,
    x.competitor,
    coalesce(k.name, x.competitor) AS competitor_name,
    x.page_id,
    p.url,
    x.plan,
    x.currency,
    x.period,
    x.unit,
    x.billing,
    x.value,
    x.valid_from,
    CASE WHEN x.end_known_at < $end::TIMESTAMP THEN x.valid_to END AS valid_to,
    x.text,
    x.snapshot
FROM price AS x
JOIN moved AS m ON m.series = x.series
LEFT JOIN page AS p ON p.page_id = x.page_id
LEFT JOIN competitor AS k ON k.competitor = x.competitor
WHERE
    x.value IS NOT NULL
    AND x.known_at < $end::TIMESTAMP
    AND (x.valid_to IS NULL OR x.valid_to > $since::TIMESTAMP)
ORDER BY x.competitor, x.page_id, x.plan, x.series, x.valid_from, x.value, x.plan_price_id
