-- What a score was computed from stands beside the newest alone.
SELECT
    s.item_id,
    s.theme,
    s.scored_at,
    lead(s.scored_at) OVER (PARTITION BY s.item_id, s.theme ORDER BY s.scoring_id, s.scored_at) AS succeeded_at,
    s.rules_version,
    s.rules_digest,
    s.score,
    s.points_demand,
    s.points_threat,
    s.points_gap,
    s.points_time,
    s.points_theme,
    s.points_novelty,
    s.fit,
    s.grade,
    s.independent_sources
FROM raw.score AS s
JOIN core.item AS i ON i.item_id = s.item_id
