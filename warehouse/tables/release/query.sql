WITH
-- every version of every entry, with the time at which it was seen
seen AS (
    SELECT
        i.page_id,
        coalesce(o.guid, o.version, o.link, concat_ws('|', o.title, o.published_on, left(o.body, 200))) AS entry_key,
        i.is_first,
        i.valid_from,
        i.last_seen_at,
        i.snapshot,
        o.*  EXCLUDE (page_id, snapshot)
    FROM core.observation_interval AS i
    JOIN raw.release_entry AS o ON o.observation_id = i.observation_id
),

-- the entry as it was seen last, and when it was seen first
ranked AS (
    SELECT
        *,
        min(valid_from) OVER w AS first_seen_at,
        bool_or(is_first) OVER w AS backfill,
        max(last_seen_at) OVER w AS seen_to,
        count(DISTINCT observation_id) OVER w AS versions,
        row_number() OVER (PARTITION BY page_id, entry_key ORDER BY valid_from DESC, last_seen_at DESC, observation_id) AS newest
    FROM seen
    WINDOW w AS (PARTITION BY page_id, entry_key)
)

SELECT
    md5(concat_ws('|', r.page_id, r.entry_key)) AS release_id,
    p.competitor,
    r.page_id,
    r.version,
    r.title,
    r.published_on,
    r.published_text,
    r.kinds,
    r.area,
    r.first_line,
    r.body,
    r.link,
    r.first_seen_at,
    r.backfill,
    r.seen_to AS last_seen_at,
    CASE WHEN r.versions > 1 THEN r.valid_from END AS edited_at,
    r.snapshot,
    r.place
FROM ranked AS r
JOIN raw.page AS p ON p.page_id = r.page_id
WHERE r.newest = 1
