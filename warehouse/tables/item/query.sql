SELECT
    change_id AS item_id,
    'change' AS kind,
    competitor,
    page_id,
    kind || ': ' || subject AS title,
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
