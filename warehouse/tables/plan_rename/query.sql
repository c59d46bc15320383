WITH
-- plans that come and plans that go
moment AS (
    SELECT DISTINCT m.page_id, m.moment_at, m.kind, m.addon, m.plan_key, n.name_key
    FROM core.plan_moment AS m
    JOIN core.plan_name AS n ON n.page_id = m.page_id AND n.plan_key = m.plan_key
    WHERE m.kind IN ('plan_added', 'plan_removed')
),

-- what such a plan cost when it went, or costs when it comes; a crossed-out list price is not what it costs
priced AS (
    SELECT
        m.page_id,
        m.moment_at,
        m.kind,
        m.addon,
        m.plan_key,
        list_sort(list(DISTINCT row(p.amount, p.currency, p.period, p.unit, p.billing, p.qualifier, p.custom, p.free)::VARCHAR)) AS prices,
        bool_or(p.amount IS NOT NULL OR p.free) AS has_number
    FROM moment AS m
    JOIN core.plan_price AS p
        ON p.page_id = m.page_id AND p.plan_key = m.plan_key AND p.addon = m.addon AND p.qualifier <> 'struck'
        AND m.moment_at = CASE m.kind WHEN 'plan_added' THEN p.valid_from ELSE p.valid_to END
    GROUP BY ALL
),

-- and what it gave, or gives
featured AS (
    SELECT
        m.page_id,
        m.moment_at,
        m.kind,
        m.addon,
        m.plan_key,
        list(DISTINCT row(lower(f.feature), f.included, f.limit_value, f.unlimited)::VARCHAR) AS features
    FROM moment AS m
    JOIN core.plan_feature AS f
        ON f.page_id = m.page_id AND f.plan_key = m.plan_key
        AND m.moment_at = CASE m.kind WHEN 'plan_added' THEN f.valid_from ELSE f.valid_to END
    GROUP BY ALL
),

offer AS (
    SELECT m.*, p.prices, p.has_number, coalesce(f.features, []) AS features
    FROM moment AS m
    JOIN priced AS p USING (page_id, moment_at, kind, addon, plan_key)
    LEFT JOIN featured AS f USING (page_id, moment_at, kind, addon, plan_key)
),

-- the same prices, and at least half of the features; where no price has a number, features must speak for it
fitting AS (
    SELECT
        o.page_id,
        o.moment_at,
        o.addon,
        o.plan_key AS old_plan_key,
        n.plan_key AS new_plan_key,
        o.name_key = n.name_key AS same_name
    FROM offer AS o
    JOIN offer AS n ON n.page_id = o.page_id AND n.moment_at = o.moment_at AND n.addon = o.addon AND n.prices = o.prices
    WHERE
        o.kind = 'plan_removed'
        AND n.kind = 'plan_added'
        AND 2 * len(list_intersect(o.features, n.features)) >= greatest(len(o.features), len(n.features))
        AND (o.has_number OR len(o.features) > 0)
),

-- where only a group got another heading, its plans have kept their names: these go together before all others
nearest AS (
    SELECT *
    FROM fitting
    QUALIFY
        same_name = bool_or(same_name) OVER (PARTITION BY page_id, moment_at, addon, old_plan_key)
        AND same_name = bool_or(same_name) OVER (PARTITION BY page_id, moment_at, addon, new_plan_key)
)

-- where several fit, nobody can tell which is which
SELECT page_id, moment_at, addon, old_plan_key, new_plan_key, same_name
FROM nearest
QUALIFY
    count(*) OVER (PARTITION BY page_id, moment_at, addon, old_plan_key) = 1
    AND count(*) OVER (PARTITION BY page_id, moment_at, addon, new_plan_key) = 1
