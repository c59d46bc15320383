-- What was decided, a row per cluster, beside what was known of it when it was decided first: what the scores are judged by.
WITH
-- what stands now, and when it was decided first: what came later may not have known the score of then
verdict AS (
    SELECT
        cluster_id,
        min({'at': decided_at, 'id': decision_id, 'item_id': item_id, 'score': score}) AS began,
        max({'at': decided_at, 'id': decision_id, 'kind': kind, 'outcome': outcome}) AS stands,
        bool_and(is_blind) AS is_blind
    FROM decision
    GROUP BY cluster_id
),

-- the score of that moment: the one that was frozen with the decision, else the highest of the item's themes
scored AS (
    SELECT v.cluster_id, r.*
    FROM verdict AS v
    JOIN relevance_history AS r
        ON r.item_id = v.began.item_id
        AND r.scored_at <= v.began.at
        AND (r.succeeded_at IS NULL OR r.succeeded_at > v.began.at)
    QUALIFY row_number() OVER (
        PARTITION BY v.cluster_id
        ORDER BY coalesce(r.score = v.began.score, FALSE) DESC, r.score DESC, r.theme NULLS LAST
    ) = 1
),

-- what had been told of it by then
told AS (
    SELECT v.cluster_id, count(*) FILTER (i.kind = 'sighting')::INTEGER AS mentions, max(i.happened_at) AS happened_at
    FROM verdict AS v
    JOIN cluster_member AS m ON m.cluster_id = v.cluster_id
    JOIN item AS i ON i.item_id = m.item_id AND i.happened_at <= v.began.at
    GROUP BY v.cluster_id
)

SELECT
    v.began.item_id AS item_id,
    v.cluster_id,
    c.competitor,
    v.began.at AS decided_at,
    v.stands.kind AS kind,
    v.stands.outcome AS outcome,
    v.is_blind,
    coalesce(t.happened_at, c.first_at) AS happened_at,
    coalesce(t.mentions, 0) AS mentions,
    s.fit,
    s.score,
    s.points_demand,
    s.points_threat,
    s.points_gap,
    s.points_time,
    s.points_theme,
    s.points_novelty
FROM verdict AS v
JOIN cluster AS c ON c.cluster_id = v.cluster_id
LEFT JOIN scored AS s ON s.cluster_id = v.cluster_id
LEFT JOIN told AS t ON t.cluster_id = v.cluster_id
ORDER BY decided_at, item_id
