WITH
feature AS (
    SELECT
        *,
        lower(feature) AS feature_key,
        CASE
            -- the page's own words, unless they are the bare cell of a table
            WHEN (unlimited OR limit_value IS NOT NULL) AND regexp_matches(text, '[[:alpha:]]{2}') AND text <> feature THEN text
            WHEN unlimited THEN 'unlimited ' || feature
            WHEN limit_value IS NOT NULL THEN concat_ws(' ', rtrim(rtrim(limit_value::VARCHAR, '0'), '.'), coalesce(unit, feature))
            WHEN included = FALSE THEN 'not included'
            ELSE feature
        END AS shown
    FROM core.plan_feature
),

-- only plans that stay: the features of one that comes or goes are part of that change
staying AS (
    SELECT DISTINCT p.page_id, p.plan_key, n.name_key, p.valid_from, p.valid_to
    FROM core.plan_price AS p
    JOIN core.plan_name AS n ON n.page_id = p.page_id AND n.plan_key = p.plan_key
),

-- a plan that goes on under a new name takes its features along; a plan and an add-on may share both names
renamed AS (
    SELECT DISTINCT page_id, moment_at, old_plan_key, new_plan_key
    FROM core.plan_rename
),

ended AS (
    SELECT f.* REPLACE (coalesce(r.new_plan_key, f.plan_key) AS plan_key), f.plan_key AS old_plan_key, f.valid_to AS moment_at
    FROM feature AS f
    LEFT JOIN renamed AS r ON r.page_id = f.page_id AND r.moment_at = f.valid_to AND r.old_plan_key = f.plan_key
    WHERE f.valid_to IS NOT NULL
),

begun AS (
    SELECT f.*, coalesce(r.old_plan_key, f.plan_key) AS old_plan_key, f.valid_from AS moment_at
    FROM feature AS f
    LEFT JOIN renamed AS r ON r.page_id = f.page_id AND r.moment_at = f.valid_from AND r.new_plan_key = f.plan_key
    WHERE NOT f.is_first
),

-- the n-th of those with one name: a page may say the same of a plan in two places
ended_nth AS (
    SELECT *, row_number() OVER (PARTITION BY page_id, plan_key, feature_key, moment_at ORDER BY plan_group, limit_value, plan_feature_id) AS n
    FROM ended
),

begun_nth AS (
    SELECT *, row_number() OVER (PARTITION BY page_id, plan_key, feature_key, moment_at ORDER BY plan_group, limit_value, plan_feature_id) AS n
    FROM begun
),

-- the same feature of the same plan on both sides of the moment
both_sides AS (
    SELECT
        coalesce(e.competitor, b.competitor) AS competitor,
        coalesce(e.page_id, b.page_id) AS page_id,
        coalesce(b.plan, e.plan) AS plan,
        coalesce(e.plan_key, b.plan_key) AS plan_key,
        coalesce(e.old_plan_key, b.old_plan_key) AS old_plan_key,
        coalesce(b.feature, e.feature) AS feature,
        coalesce(e.moment_at, b.moment_at) AS moment_at,
        e.plan_feature_id IS NOT NULL AS had,
        b.plan_feature_id IS NOT NULL AS has,
        e.included AS old_included,
        b.included AS new_included,
        e.limit_value IS DISTINCT FROM b.limit_value OR e.unlimited IS DISTINCT FROM b.unlimited AS limit_moved,
        e.limit_value AS old_limit,
        b.limit_value AS new_limit,
        e.shown AS old,
        b.shown AS new,
        e.last_seen_at AS old_seen_at,
        e.snapshot AS old_snapshot,
        coalesce(b.snapshot, e.end_snapshot) AS new_snapshot,
        e.text AS old_text,
        b.text AS new_text,
        coalesce(b.plan_feature_id, e.plan_feature_id) AS part
    FROM ended_nth AS e
    FULL JOIN begun_nth AS b
        ON b.page_id = e.page_id AND b.plan_key = e.plan_key AND b.feature_key = e.feature_key AND b.moment_at = e.moment_at AND b.n = e.n
),

told AS (
    SELECT
        *,
        CASE
            WHEN had AND has AND old_included IS DISTINCT FROM new_included AND new_included = FALSE THEN 'feature_removed'
            WHEN had AND has AND old_included IS DISTINCT FROM new_included AND old_included = FALSE THEN 'feature_added'
            WHEN had AND has AND limit_moved THEN 'limit_changed'
            -- "not included" that appears or disappears tells nothing new about the plan
            WHEN had AND NOT has AND old_included IS NOT FALSE THEN 'feature_removed'
            WHEN has AND NOT had AND new_included IS NOT FALSE THEN 'feature_added'
        END AS kind
    FROM both_sides
)

SELECT
    t.kind,
    t.competitor,
    t.page_id,
    t.plan || ': ' || t.feature AS subject,
    t.old,
    t.new,
    t.old_limit AS old_amount,
    t.new_limit AS new_amount,
    NULL AS currency,
    t.moment_at AS changed_at,
    t.old_seen_at,
    t.old_snapshot,
    t.new_snapshot,
    t.old_text,
    t.new_text,
    t.part
FROM told AS t
WHERE
    t.kind IS NOT NULL
    -- under a heading that no price stands under, a feature belongs to every plan of its name
    AND EXISTS (
        SELECT 1 FROM staying AS s
        WHERE s.page_id = t.page_id AND t.plan_key IN (s.plan_key, s.name_key)
            AND s.valid_from <= t.moment_at AND (s.valid_to IS NULL OR s.valid_to > t.moment_at)
    )
    AND EXISTS (
        SELECT 1 FROM staying AS s
        WHERE s.page_id = t.page_id AND t.old_plan_key IN (s.plan_key, s.name_key)
            AND s.valid_from < t.moment_at AND (s.valid_to IS NULL OR s.valid_to >= t.moment_at)
    )
