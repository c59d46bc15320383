WITH
price AS (
    SELECT
        *,
        coalesce(amount, CASE WHEN free THEN 0 END) AS value,
        -- what a person reads: 49 USD / user / month, billed annually
        CASE
            WHEN amount IS NOT NULL THEN concat_ws(
                ' ',
                CASE qualifier WHEN 'from' THEN 'from' WHEN 'up_to' THEN 'up to' END,
                rtrim(rtrim(amount::VARCHAR, '0'), '.'),
                currency,
                CASE WHEN unit IS NOT NULL THEN '/ ' || unit END,
                CASE WHEN period = 'one_time' THEN 'once' WHEN period IS NOT NULL THEN '/ ' || replace(period, '_', ' ') END,
                CASE WHEN billing IS NOT NULL THEN '(billed ' || CASE billing WHEN 'annual' THEN 'annually' ELSE 'monthly' END || ')' END
            )
            WHEN custom THEN 'on request'
            WHEN free THEN 'free'
            ELSE text
        END AS shown,
        CASE WHEN needs_review THEN coalesce(nullif(note, ''), 'the page can be read in more than one way') END AS review,
        -- a promotion is not dearer or cheaper than the same amount without one
        replace(qualifier, 'promotional', 'exact') AS meant
    FROM core.plan_price
    WHERE qualifier <> 'struck'
),

ended AS (SELECT *, valid_to AS moment_at FROM price WHERE valid_to IS NOT NULL),

begun AS (SELECT *, valid_from AS moment_at FROM price WHERE NOT is_first),

-- a plan that goes on under a new name has not gone, and the one of that name has not come
told_moment AS (
    SELECT m.kind, m.page_id, m.addon, m.plan_key AS old_plan_key, m.plan_key AS new_plan_key, m.moment_at
    FROM core.plan_moment AS m
    WHERE m.kind IS NOT NULL AND NOT EXISTS (
        SELECT 1 FROM core.plan_rename AS r
        WHERE r.page_id = m.page_id AND r.moment_at = m.moment_at AND r.addon = m.addon AND m.plan_key IN (r.old_plan_key, r.new_plan_key)
    )
    UNION ALL BY NAME
    SELECT 'plan_renamed' AS kind, page_id, addon, old_plan_key, new_plan_key, moment_at
    FROM core.plan_rename
    WHERE NOT same_name
),

-- plans that come, go, get a new name, or change between a number and "on request": one change each, whatever prices they have
whole AS (
    SELECT
        m.kind,
        m.page_id,
        m.new_plan_key AS plan_key,
        m.addon,
        m.moment_at,
        (
            SELECT {'shown': string_agg(e.shown, '; ' ORDER BY e.value, e.shown), 'text': string_agg(e.text, ' · ' ORDER BY e.value, e.text),
                'plan': any_value(e.plan), 'competitor': any_value(e.competitor), 'review': min(e.review),
                'snapshot': any_value(e.snapshot), 'end_snapshot': any_value(e.end_snapshot), 'seen': max(e.last_seen_at), 'origin_id': min(e.plan_price_id)}
            FROM ended AS e WHERE e.page_id = m.page_id AND e.plan_key = m.old_plan_key AND e.addon = m.addon AND e.moment_at = m.moment_at
        ) AS old,
        (
            SELECT {'shown': string_agg(b.shown, '; ' ORDER BY b.value, b.shown), 'text': string_agg(b.text, ' · ' ORDER BY b.value, b.text),
                'plan': any_value(b.plan), 'competitor': any_value(b.competitor), 'review': min(b.review),
                'snapshot': any_value(b.snapshot)}
            FROM begun AS b WHERE b.page_id = m.page_id AND b.plan_key = m.new_plan_key AND b.addon = m.addon AND b.moment_at = m.moment_at
        ) AS new
    FROM told_moment AS m
),

-- plans that stay: which old price became which new one, by how much the two have in common
pairs AS (
    SELECT
        e.plan_price_id AS old_id,
        b.plan_price_id AS new_id,
        8 * (e.currency IS NOT DISTINCT FROM b.currency)::INTEGER
        + 4 * (e.period IS NOT DISTINCT FROM b.period)::INTEGER
        -- more than the same number: where 49 a month or 39 a year becomes 39 or 35, two prices have moved
        + 4 * (e.billing IS NOT DISTINCT FROM b.billing)::INTEGER
        + 2 * (e.unit IS NOT DISTINCT FROM b.unit)::INTEGER
        + (e.qualifier = b.qualifier)::INTEGER
        + 3 * (e.value IS NOT DISTINCT FROM b.value)::INTEGER AS likeness,
        abs(coalesce(e.value, 0) - coalesce(b.value, 0)) AS distance
    FROM ended AS e
    JOIN begun AS b ON b.page_id = e.page_id AND b.plan_key = e.plan_key AND b.addon = e.addon AND b.moment_at = e.moment_at
    JOIN core.plan_moment AS m
        ON m.page_id = e.page_id AND m.plan_key = e.plan_key AND m.addon = e.addon AND m.moment_at = e.moment_at AND m.kind IS NULL
),

ranked AS (
    SELECT
        *,
        row_number() OVER (PARTITION BY old_id ORDER BY likeness DESC, distance, new_id) AS for_old,
        row_number() OVER (PARTITION BY new_id ORDER BY likeness DESC, distance, old_id) AS for_new
    FROM pairs
),

chosen AS (SELECT old_id, new_id FROM ranked WHERE for_old = 1 AND for_new = 1),

moved AS (
    SELECT
        CASE
            WHEN e.currency IS DISTINCT FROM b.currency AND e.currency IS NOT NULL AND b.currency IS NOT NULL THEN 'currency_changed'
            -- the other side of a switch between monthly and annual billing is another price, not a dearer or cheaper one
            WHEN e.period IS DISTINCT FROM b.period OR e.unit IS DISTINCT FROM b.unit OR e.billing <> b.billing THEN 'period_changed'
            WHEN b.value > e.value THEN 'price_increase'
            WHEN b.value < e.value THEN 'price_decrease'
            WHEN b.meant <> e.meant THEN 'qualifier_changed'
        END AS kind,
        e AS old,
        b AS new
    FROM chosen AS c
    JOIN ended AS e ON e.plan_price_id = c.old_id
    JOIN begun AS b ON b.plan_price_id = c.new_id
),

-- a price that a plan offers besides the others, or no longer offers
single AS (
    SELECT e.competitor, e.page_id, e.plan, e.billing, e.moment_at, e.shown AS old, NULL AS new, e.snapshot AS old_snapshot,
        e.end_snapshot AS new_snapshot, e.text AS old_text, NULL AS new_text, e.last_seen_at AS old_seen_at, e.review, e.plan_price_id
    FROM ended AS e
    JOIN core.plan_moment AS m USING (page_id, plan_key, addon, moment_at)
    WHERE m.kind IS NULL AND NOT EXISTS (SELECT 1 FROM chosen AS c WHERE c.old_id = e.plan_price_id)
    UNION ALL BY NAME
    SELECT b.competitor, b.page_id, b.plan, b.billing, b.moment_at, NULL AS old, b.shown AS new, NULL AS old_snapshot,
        b.snapshot AS new_snapshot, NULL AS old_text, b.text AS new_text, NULL AS old_seen_at, b.review, b.plan_price_id
    FROM begun AS b
    JOIN core.plan_moment AS m USING (page_id, plan_key, addon, moment_at)
    WHERE m.kind IS NULL AND NOT EXISTS (SELECT 1 FROM chosen AS c WHERE c.new_id = b.plan_price_id)
)

SELECT
    kind,
    coalesce(new.competitor, old.competitor) AS competitor,
    page_id,
    coalesce(new.plan, old.plan) AS subject,
    CASE kind WHEN 'plan_renamed' THEN old.plan WHEN 'plan_added' THEN NULL ELSE old.shown END AS old,
    CASE kind WHEN 'plan_renamed' THEN new.plan WHEN 'plan_removed' THEN NULL ELSE new.shown END AS new,
    NULL::DECIMAL(30, 12) AS old_amount,
    NULL::DECIMAL(30, 12) AS new_amount,
    NULL AS currency,
    moment_at AS changed_at,
    old.seen AS old_seen_at,
    old.snapshot AS old_snapshot,
    coalesce(new.snapshot, old.end_snapshot) AS new_snapshot,
    CASE kind WHEN 'plan_renamed' THEN old.plan ELSE old.text END AS old_text,
    CASE kind WHEN 'plan_renamed' THEN new.plan ELSE new.text END AS new_text,
    CASE WHEN kind <> 'plan_renamed' THEN coalesce(new.review, old.review) END AS review_reason,
    -- a plan and an add-on may have one name
    plan_key || CASE WHEN addon THEN '|addon' ELSE '' END AS part
FROM whole
UNION ALL BY NAME
SELECT
    kind,
    new.competitor AS competitor,
    new.page_id AS page_id,
    new.plan AS subject,
    old.shown AS old,
    new.shown AS new,
    old.value AS old_amount,
    new.value AS new_amount,
    new.currency AS currency,
    new.moment_at AS changed_at,
    old.last_seen_at AS old_seen_at,
    old.snapshot AS old_snapshot,
    new.snapshot AS new_snapshot,
    old.text AS old_text,
    new.text AS new_text,
    CASE
        -- no price list moves so far, and no sale goes so deep; a decimal mark that is lost or found moves a price a hundredfold.
        -- Twenty lies between that and the twelve of a month that is taken for a year.
        WHEN kind IN ('price_increase', 'price_decrease') AND least(old.value, new.value) > 0
            AND greatest(old.value, new.value) >= 20 * least(old.value, new.value)
            THEN 'the price moved twentyfold or more: was its decimal mark read right?'
        -- sites choose a currency by where the reader seems to be
        WHEN kind = 'currency_changed' THEN 'the currency is another one: did the site show us the prices of another country?'
        WHEN kind = 'period_changed' AND old.billing <> new.billing
            THEN 'the page shows another billing than before: did only the default of its switch change?'
        ELSE coalesce(new.review, old.review)
    END AS review_reason,
    new.plan_price_id AS part
FROM moved
-- where no number stands, a period or a currency that comes or goes tells nothing
WHERE kind IS NOT NULL AND old.shown <> new.shown
UNION ALL BY NAME
SELECT
    'text_changed' AS kind,
    competitor,
    page_id,
    plan AS subject,
    old,
    new,
    moment_at AS changed_at,
    old_seen_at,
    old_snapshot,
    new_snapshot,
    old_text,
    new_text,
    review AS review_reason,
    plan_price_id AS part
FROM single
