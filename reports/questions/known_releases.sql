-- The newest entries of a competitor's release notes, by the date that the source gives or else by when they were seen first;
-- what stood there when the page was first read is known, too.
-- $competitor: slug of the competitor
-- $newest (optional): how many at most
SELECT r.release_id, r.page_id, p.url, r.version, r.title, r.first_line, r.published_on, r.first_seen_at, r.link
FROM release AS r
LEFT JOIN page AS p ON p.page_id = r.page_id
WHERE r.competitor = $competitor::VARCHAR
QUALIFY
    row_number() OVER (ORDER BY coalesce(r.published_on, r.first_seen_at::DATE) DESC, r.first_seen_at DESC, r.release_id)
    <= coalesce($newest::BIGINT, 9223372036854775807)
ORDER BY coalesce(r.published_on, r.first_seen_at::DATE) DESC, r.first_seen_at DESC, r.release_id
