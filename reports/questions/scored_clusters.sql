-- What is scored now: of each cluster the item and theme that score highest, the highest first, and how many clusters.
-- $undecided (optional): true leaves out what has been decided
-- $near (optional): leaves out what scores less than this share of the tenth highest, as what no small change brings up
WITH
best AS (
    SELECT m.cluster_id, r.*, c.decision_id
    FROM relevance AS r
    JOIN cluster_member AS m ON m.item_id = r.item_id
    JOIN cluster AS c ON c.cluster_id = m.cluster_id
    WHERE c.decision_id IS NULL OR NOT coalesce($undecided::BOOLEAN, FALSE)
    QUALIFY row_number() OVER (PARTITION BY m.cluster_id ORDER BY r.score DESC, r.item_id, r.theme NULLS LAST) = 1
),

-- the lowest of the ten highest
tenth AS (
    SELECT min(score) AS score
    FROM (SELECT score FROM best ORDER BY score DESC LIMIT 10)
)

SELECT
    b.cluster_id,
    b.item_id,
    i.kind,
    i.competitor,
    i.title,
    i.happened_at,
    b.theme,
    b.score,
    b.points_demand,
    b.points_threat,
    b.points_gap,
    b.points_time,
    b.points_theme,
    b.points_novelty,
    b.decision_id,
    (SELECT count(*) FROM best) AS clusters
FROM best AS b
JOIN item AS i ON i.item_id = b.item_id
WHERE b.score >= coalesce($near::DOUBLE, 0) * (SELECT score FROM tenth)
ORDER BY b.score DESC, b.item_id
