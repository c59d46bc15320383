-- What is undecided: of each cluster the item that scores highest, and its score.
SELECT max_by(r.item_id, (r.score, r.item_id)) AS item_id, max(r.score) AS score
FROM relevance AS r
JOIN cluster_member AS m ON m.item_id = r.item_id
JOIN cluster AS c ON c.cluster_id = m.cluster_id
WHERE c.decision_id IS NULL
GROUP BY m.cluster_id
ORDER BY item_id
