-- What is scored now: of each cluster the item and theme that score highest, the highest first.
-- $undecided (optional): true leaves out what has been decided
SELECT
    m.cluster_id,
    r.item_id,
    i.kind,
    i.competitor,
    i.title,
    i.happened_at,
    r.theme,
    r.score,
    r.points_demand,
    r.points_threat,
    r.points_gap,
    r.points_time,
    r.points_theme,
    r.points_novelty,
    c.decision_id
FROM relevance AS r
JOIN item AS i ON i.item_id = r.item_id
JOIN cluster_member AS m ON m.item_id = r.item_id
JOIN cluster AS c ON c.cluster_id = m.cluster_id
WHERE c.decision_id IS NULL OR NOT coalesce($undecided::BOOLEAN, FALSE)
QUALIFY row_number() OVER (PARTITION BY m.cluster_id ORDER BY r.score DESC, r.item_id, r.theme NULLS LAST) = 1
ORDER BY r.score DESC, r.item_id
