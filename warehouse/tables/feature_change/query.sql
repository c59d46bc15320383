WITH
feature AS (
    SELECT
        *,
        lower(plan) AS plan_key,
        lower(coalesce(plan_group, '')) AS group_key,
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
    SELECT DISTINCT page_id, lower(plan) AS plan_key, valid_from, valid_to FROM core.plan_price
),

ended AS (SELECT *, valid_to AS moment_at FROM feature WHERE valid_to IS NOT NULL),

begun AS (SELECT *, valid_from AS moment_at FROM feature WHERE NOT is_first),

-- the same feature of the same plan on both sides of the moment
both_sides AS (
    SELECT
        coalesce(e.competitor, b.competitor) AS competitor,
        coalesce(e.page_id, b.page_id) AS page_id,
        coalesce(b.plan, e.plan) AS plan,
        coalesce(e.plan_key, b.plan_key) AS plan_key,
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
    FROM ended AS e
    FULL JOIN begun AS b
        ON b.page_id = e.page_id AND b.plan_key = e.plan_key AND b.group_key = e.group_key AND b.feature_key = e.feature_key AND b.moment_at = e.moment_at
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
    FALSE AS needs_review,
    t.part
FROM told AS t
WHERE
    t.kind IS NOT NULL
    AND EXISTS (
        SELECT 1 FROM staying AS s
        WHERE s.page_id = t.page_id AND s.plan_key = t.plan_key AND s.valid_from <= t.moment_at AND (s.valid_to IS NULL OR s.valid_to > t.moment_at)
    )
    AND EXISTS (
        SELECT 1 FROM staying AS s
        WHERE s.page_id = t.page_id AND s.plan_key = t.plan_key AND s.valid_from < t.moment_at AND (s.valid_to IS NULL OR s.valid_to >= t.moment_at)
    )
