-- #fail a change has an old or a new side, and the two differ
SELECT change_id, kind, old, new FROM core.change WHERE old IS NOT DISTINCT FROM new;

-- #fail a kind is one of those that are documented
SELECT change_id, kind
FROM core.change
WHERE kind NOT IN (
    'price_increase', 'price_decrease', 'plan_added', 'plan_removed', 'plan_renamed', 'to_custom', 'from_custom',
    'currency_changed', 'period_changed', 'qualifier_changed', 'feature_added', 'feature_removed', 'limit_changed', 'text_changed'
);

-- #fail a snapshot that a change points to was fetched
SELECT change_id, new_snapshot
FROM core.change
WHERE new_snapshot NOT IN (SELECT snapshot FROM raw.fetch WHERE snapshot IS NOT NULL)
    OR old_snapshot NOT IN (SELECT snapshot FROM raw.fetch WHERE snapshot IS NOT NULL);

-- #fail a price that moves twentyfold, and another currency, are held for review
SELECT change_id, subject, old, new
FROM core.change
WHERE
    NOT needs_review
    AND (
        kind = 'currency_changed'
        OR (
            kind IN ('price_increase', 'price_decrease') AND old_amount > 0 AND new_amount > 0
            AND (new_amount >= 20 * old_amount OR old_amount >= 20 * new_amount)
        )
    );
