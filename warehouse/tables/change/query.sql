WITH
told AS (
    SELECT * FROM core.price_change
    UNION ALL BY NAME
    SELECT * FROM core.feature_change
    UNION ALL BY NAME
    SELECT * FROM core.text_change
)

SELECT
    md5(concat_ws('|', t.page_id, t.kind, t.changed_at, t.part)) AS change_id,
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
    t.needs_review
FROM told AS t
JOIN core.page_state AS s ON s.page_id = t.page_id AND s.seen_from = t.changed_at
