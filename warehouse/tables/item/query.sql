SELECT
    change_id AS item_id,
    'change' AS kind,
    competitor,
    page_id,
    replace(kind, '_', ' ') || ': ' || subject AS title,
    changed_at AS happened_at,
    needs_review,
    review_reason
FROM core.change
WHERE dismissed_by IS NULL
UNION ALL
SELECT
    release_id AS item_id,
    'release' AS kind,
    competitor,
    page_id,
    coalesce(title, version, first_line) AS title,
    first_seen_at AS happened_at,
    FALSE AS needs_review,
    NULL AS review_reason
FROM core.release
WHERE NOT backfill
UNION ALL
SELECT
    sighting_id AS item_id,
    'sighting' AS kind,
    competitor,
    NULL AS page_id,
    -- its first words, up to the last blank before the 80th letter
    CASE
        WHEN text IS NULL THEN NULL
        WHEN length(trim(regexp_replace(text, '\s+', ' ', 'g'))) <= 80 THEN trim(regexp_replace(text, '\s+', ' ', 'g'))
        ELSE regexp_replace(left(trim(regexp_replace(text, '\s+', ' ', 'g')), 80), ' [^ ]*$', '') || '…'
    END AS title,
    received_at AS happened_at,
    competitor IS NULL AS needs_review,
    CASE
        WHEN competitor IS NULL AND competitor_name IS NOT NULL THEN 'a name that is not known: ' || competitor_name
        WHEN competitor IS NULL THEN 'the reporter is not sure which competitor it is about'
    END AS review_reason
FROM core.sighting
