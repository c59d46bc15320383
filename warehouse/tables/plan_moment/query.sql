WITH
-- each time at which something about a plan begins or ends
moments AS (
    SELECT page_id, plan_key, addon, valid_to AS moment_at FROM core.plan_price WHERE valid_to IS NOT NULL
    UNION
    SELECT page_id, plan_key, addon, valid_from AS moment_at FROM core.plan_price WHERE NOT is_first
),

-- the plan as it stood right before and right after; a crossed-out list price is not what the plan costs
sides AS (
    SELECT
        m.page_id,
        m.plan_key,
        m.addon,
        m.moment_at,
        coalesce(bool_or(p.valid_from < m.moment_at), FALSE) AS was_there,
        coalesce(bool_or(p.valid_from < m.moment_at AND (p.amount IS NOT NULL OR p.free)), FALSE) AS was_priced,
        coalesce(bool_or(p.valid_from < m.moment_at AND p.custom), FALSE) AS was_custom,
        coalesce(bool_or(p.valid_from >= m.moment_at OR p.valid_to IS NULL OR p.valid_to > m.moment_at), FALSE) AS is_there,
        coalesce(bool_or(
            (p.valid_from >= m.moment_at OR p.valid_to IS NULL OR p.valid_to > m.moment_at) AND (p.amount IS NOT NULL OR p.free)
        ), FALSE) AS is_priced,
        coalesce(bool_or((p.valid_from >= m.moment_at OR p.valid_to IS NULL OR p.valid_to > m.moment_at) AND p.custom), FALSE) AS is_custom
    FROM moments AS m
    LEFT JOIN core.plan_price AS p
        ON p.page_id = m.page_id AND p.plan_key = m.plan_key AND p.addon = m.addon AND p.qualifier <> 'struck'
        AND p.valid_from <= m.moment_at AND (p.valid_to IS NULL OR p.valid_to >= m.moment_at)
    GROUP BY m.page_id, m.plan_key, m.addon, m.moment_at
)

SELECT
    *,
    CASE
        WHEN is_there AND NOT was_there THEN 'plan_added'
        WHEN was_there AND NOT is_there THEN 'plan_removed'
        WHEN was_priced AND NOT is_priced AND is_custom THEN 'to_custom'
        WHEN was_custom AND NOT was_priced AND is_priced THEN 'from_custom'
    END AS kind
FROM sides
