WITH
ended AS (
    SELECT *, valid_to AS moment_at, row_number() OVER (PARTITION BY page_id, valid_to, heading ORDER BY place, block) AS n
    FROM core.page_text
    WHERE valid_to IS NOT NULL
),

begun AS (
    SELECT *, valid_from AS moment_at, row_number() OVER (PARTITION BY page_id, valid_from, heading ORDER BY place, block) AS n
    FROM core.page_text
    WHERE NOT is_first
)

-- the n-th block that went from under a heading is told with the n-th that came
SELECT
    'text_changed' AS kind,
    coalesce(e.competitor, b.competitor) AS competitor,
    coalesce(e.page_id, b.page_id) AS page_id,
    coalesce(nullif(b.heading, ''), nullif(e.heading, ''), 'text') AS subject,
    e.block AS old,
    b.block AS new,
    coalesce(e.moment_at, b.moment_at) AS changed_at,
    e.last_seen_at AS old_seen_at,
    e.snapshot AS old_snapshot,
    coalesce(b.snapshot, e.end_snapshot) AS new_snapshot,
    e.block AS old_text,
    b.block AS new_text,
    FALSE AS needs_review,
    coalesce(b.page_text_id, e.page_text_id) AS part
FROM ended AS e
FULL JOIN begun AS b ON b.page_id = e.page_id AND b.moment_at = e.moment_at AND b.heading = e.heading AND b.n = e.n
