SELECT change_id AS item_id, 'change' AS kind, competitor, page_id, kind || ': ' || subject AS title, changed_at AS happened_at
FROM core.change
UNION ALL
SELECT
    release_id AS item_id,
    'release' AS kind,
    competitor,
    page_id,
    coalesce(title, version, first_line) AS title,
    first_seen_at AS happened_at
FROM core.release
WHERE NOT backfill
