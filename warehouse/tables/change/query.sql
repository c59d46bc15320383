WITH
told AS (
    SELECT * FROM core.price_change
    UNION ALL BY NAME
    SELECT * FROM core.feature_change
    UNION ALL BY NAME
    SELECT * FROM core.text_change
),

found AS (
    SELECT md5(concat_ws('|', page_id, kind, changed_at, part)) AS change_id, *
    FROM told
),

-- what goes up and comes down again is one flicker: a rule is about a kind and its opposite
rule AS (
    SELECT
        *,
        CASE kind
            WHEN 'price_increase' THEN 'price_decrease'
            WHEN 'price_decrease' THEN 'price_increase'
            WHEN 'plan_added' THEN 'plan_removed'
            WHEN 'plan_removed' THEN 'plan_added'
            WHEN 'to_custom' THEN 'from_custom'
            WHEN 'from_custom' THEN 'to_custom'
            WHEN 'feature_added' THEN 'feature_removed'
            WHEN 'feature_removed' THEN 'feature_added'
            ELSE kind
        END AS opposite
    FROM raw.dismissal
),

-- the first rule that dismisses a change: the change that it was made for and what came later, with its two values either way round
dismissed AS (
    SELECT f.change_id, arg_min(r.rule_id, (r.since, r.rule_id)) AS dismissed_by
    FROM found AS f
    JOIN rule AS r ON r.page_id = f.page_id AND f.kind IN (r.kind, r.opposite)
    WHERE
        -- a plan that gets its old name back goes by that name
        (f.subject = r.subject OR (f.kind = 'plan_renamed' AND f.old = r.subject))
        AND f.changed_at >= r.since
        AND (
            r.any_value
            OR (coalesce(f.old, '') = r.old AND coalesce(f.new, '') = r.new)
            OR (coalesce(f.old, '') = r.new AND coalesce(f.new, '') = r.old)
        )
    GROUP BY f.change_id
)

SELECT
    t.change_id,
    t.competitor,
    t.page_id,
    t.kind,
    t.subject,
    t.old,
    t.new,
    t.old_amount,
    t.new_amount,
    CASE
        WHEN t.kind IN ('price_increase', 'price_decrease') AND t.old_amount > 0
            THEN round(100 * (t.new_amount - t.old_amount)::DOUBLE / t.old_amount::DOUBLE, 1)
    END AS change_pct,
    t.currency,
    t.changed_at,
    s.known_at,
    t.old_seen_at,
    t.old_snapshot,
    t.new_snapshot,
    t.old_text,
    t.new_text,
    t.review_reason IS NOT NULL AS needs_review,
    t.review_reason,
    d.dismissed_by
FROM found AS t
LEFT JOIN dismissed AS d ON d.change_id = t.change_id
JOIN core.page_state AS s ON s.page_id = t.page_id AND s.seen_from = t.changed_at
