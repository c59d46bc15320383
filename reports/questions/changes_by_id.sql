-- The changes whose id begins with some letters.
-- $id: the beginning of a change's id
SELECT change_id, competitor, page_id, kind, subject, old, new, changed_at, needs_review, review_reason, dismissed_by
FROM change
WHERE starts_with(change_id, lower($id::VARCHAR))
ORDER BY change_id
