-- The history of every series of prices that is known to have moved in a window: a series is one plan's price in one currency,
-- period, unit and billing. What became known from the window's end on is left out.
-- $start: moved from this time on (UTC)
-- $end: moved before this time (UTC)
-- $since: how far the history goes back (UTC)
WITH
-- every answer, with the time at which what it showed was believed: a saved version at once, one from the web with the next
look AS (
    SELECT
        page_id,
        fetched_at,
        CASE
            WHEN origin = 'import' THEN fetched_at
            ELSE coalesce(lead(fetched_at) OVER (PARTITION BY page_id ORDER BY fetched_at, fetch_id), fetched_at)
        END AS known_at
    FROM page_fetch
    WHERE outcome IN ('ok', 'not_modified')
),

believed AS (SELECT page_id, fetched_at, max(known_at) AS known_at FROM look GROUP BY page_id, fetched_at),

price AS (
    SELECT
        x.*,
        coalesce(x.amount, CASE WHEN x.free THEN 0 END) AS value,
        CASE WHEN x.is_first THEN x.valid_from ELSE coalesce(b.known_at, x.valid_from) END AS begin_known_at,
        coalesce(e.known_at, x.valid_to) AS end_known_at,
        concat_ws(
            '|', x.page_id, x.plan_key, x.addon, coalesce(x.currency, '-'), coalesce(x.period, '-'), coalesce(x.unit, '-'),
            coalesce(x.billing, '-')
        ) AS series
    FROM plan_price AS x
    LEFT JOIN believed AS b ON b.page_id = x.page_id AND b.fetched_at = x.valid_from
    LEFT JOIN believed AS e ON e.page_id = x.page_id AND e.fetched_at = x.valid_to
    WHERE x.qualifier <> 'struck'
),

moved AS (
    SELECT DISTINCT series
    FROM price
    WHERE
        (NOT is_first AND begin_known_at >= $start::TIMESTAMP AND begin_known_at < $end::TIMESTAMP)
        OR (end_known_at >= $start::TIMESTAMP AND end_known_at < $end::TIMESTAMP)
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
    AND x.begin_known_at < $end::TIMESTAMP
    AND (x.valid_to IS NULL OR x.valid_to > $since::TIMESTAMP)
ORDER BY x.competitor, x.page_id, x.plan, x.series, x.valid_from, x.value, x.plan_price_id
