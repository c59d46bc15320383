-- Release entries that were news in a window of time: seen first in it, and not there when the page was first read.
-- $start: from this time on (UTC)
-- $end: before this time (UTC)
-- $competitor (optional): slug of the only competitor that counts
SELECT
    r.release_id,
    r.competitor,
    coalesce(k.name, r.competitor) AS competitor_name,
    r.page_id,
    p.url,
    r.version,
    r.title,
    r.published_on,
    r.published_text,
    r.kinds,
    r.area,
    r.first_line,
    r.link,
    r.first_seen_at,
    r.edited_at,
    r.snapshot
FROM release AS r
LEFT JOIN page AS p ON p.page_id = r.page_id
LEFT JOIN competitor AS k ON k.competitor = r.competitor
WHERE
    NOT r.backfill
    AND r.first_seen_at >= $start::TIMESTAMP
    AND r.first_seen_at < $end::TIMESTAMP
    AND ($competitor::VARCHAR IS NULL OR r.competitor = $competitor::VARCHAR)
ORDER BY r.competitor, coalesce(r.published_on, r.first_seen_at::DATE), r.first_seen_at, r.page_id, r.version, r.title, r.release_id
