-- The newest changes, each with as much of its id as tells it from all others.
-- $competitor (optional): slug of the only competitor that counts
-- $page (optional): id of the only page that counts
-- $dismissed (optional): true shows those that are dismissed, too
-- $newest (optional): how many at most
WITH
numbered AS (
    SELECT *, CASE WHEN count(*) OVER (PARTITION BY left(change_id, 8)) = 1 THEN left(change_id, 8) ELSE change_id END AS id
    FROM change
)

SELECT
    c.id,
    c.change_id,
    c.competitor,
    c.page_id,
    p.kind AS page_kind,
    c.kind,
    c.subject,
    c.old,
    c.new,
    c.changed_at,
    c.known_at,
    c.needs_review,
    c.review_reason,
    c.dismissed_by
FROM numbered AS c
LEFT JOIN page AS p ON p.page_id = c.page_id
WHERE
    ($competitor::VARCHAR IS NULL OR c.competitor = $competitor::VARCHAR)
    AND ($page::VARCHAR IS NULL OR c.page_id = $page::VARCHAR)
    AND (c.dismissed_by IS NULL OR coalesce($dismissed::BOOLEAN, FALSE))
QUALIFY row_number() OVER (ORDER BY c.known_at DESC, c.changed_at DESC, c.change_id) <= coalesce($newest::BIGINT, 9223372036854775807)
ORDER BY c.known_at DESC, c.changed_at DESC, c.change_id
