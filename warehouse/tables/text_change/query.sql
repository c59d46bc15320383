WITH
ended AS (
    SELECT *, valid_to AS moment_at FROM core.page_text WHERE valid_to IS NOT NULL
),

begun AS (
    SELECT *, valid_from AS moment_at FROM core.page_text WHERE NOT is_first
),

-- what has come and gone for moments in the eight weeks before is no news when it comes or goes again
steady_end AS (
    SELECT *, row_number() OVER (PARTITION BY page_id, moment_at, heading ORDER BY place, block) AS n
    FROM ended AS e
    WHERE NOT EXISTS (
        SELECT 1 FROM core.volatile_text AS v
        WHERE v.page_id = e.page_id AND v.observation_id = e.observation_id
            AND v.known_at <= e.moment_at AND v.known_at > e.moment_at - INTERVAL 56 DAY
    )
),

steady_begin AS (
    SELECT *, row_number() OVER (PARTITION BY page_id, moment_at, heading ORDER BY place, block) AS n
    FROM begun AS b
    WHERE NOT EXISTS (
        SELECT 1 FROM core.volatile_text AS v
        WHERE v.page_id = b.page_id AND v.observation_id = b.observation_id
            AND v.known_at <= b.moment_at AND v.known_at > b.moment_at - INTERVAL 56 DAY
    )
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
    coalesce(b.page_text_id, e.page_text_id) AS part
FROM steady_end AS e
FULL JOIN steady_begin AS b ON b.page_id = e.page_id AND b.moment_at = e.moment_at AND b.heading = e.heading AND b.n = e.n
