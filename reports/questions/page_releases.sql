-- The entries of release notes that one page showed when it was last read.
-- $page: id of the page
SELECT version, title, published_on, published_text, kinds, area, first_line, body, link, place, last_seen_at
FROM release
WHERE page_id = $page::VARCHAR
QUALIFY last_seen_at = max(last_seen_at) OVER ()
ORDER BY published_on DESC NULLS LAST, version DESC, title
