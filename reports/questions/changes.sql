-- What became known to have changed in a window of time: every believed change, with both sides and where each was seen.
-- $start: known from this time on (UTC)
-- $end: known before this time (UTC)
-- $competitor (optional): slug of the only competitor that counts
WITH
-- every answer, with the time at which what it showed was believed: a saved version at once, one from the web with the next
look AS (
    SELECT
        page_id,
        fetched_at,
        CASE
            WHEN origin = 'import' THEN fetched_at
            ELSE coalesce(lead(fetched_at) OVER (PARTITION BY page_id ORDER BY fetched_at, fetch_id), fetched_at)
        END AS known_at
    FROM page_fetch
    WHERE outcome IN ('ok', 'not_modified')
),

believed AS (SELECT page_id, fetched_at, max(known_at) AS known_at FROM look GROUP BY page_id, fetched_at)

SELECT
    c.change_id,
    c.competitor,
    coalesce(k.name, c.competitor) AS competitor_name,
    c.page_id,
    p.kind AS page_kind,
    p.url,
    c.kind,
    c.subject,
    c.old,
    c.new,
    c.old_amount,
    c.new_amount,
    c.change_pct,
    c.currency,
    c.changed_at,
    c.old_seen_at,
    coalesce(b.known_at, c.changed_at) AS known_at,
    c.old_text,
    c.new_text,
    c.old_snapshot,
    c.new_snapshot,
    c.needs_review
FROM change AS c
LEFT JOIN believed AS b ON b.page_id = c.page_id AND b.fetched_at = c.changed_at
LEFT JOIN page AS p ON p.page_id = c.page_id
LEFT JOIN competitor AS k ON k.competitor = c.competitor
WHERE
    coalesce(b.known_at, c.changed_at) >= $start::TIMESTAMP
    AND coalesce(b.known_at, c.changed_at) < $end::TIMESTAMP
    AND ($competitor::VARCHAR IS NULL OR c.competitor = $competitor::VARCHAR)
ORDER BY c.competitor, c.changed_at, c.page_id, c.kind, c.subject, c.change_id
