-- The newest score of each item for each theme that it is about now; for no theme where it is about none.
SELECT
    s.item_id,
    s.theme,
    s.scored_at,
    s.rules_version,
    s.rules_digest,
    s.score,
    s.points_demand,
    s.points_threat,
    s.points_gap,
    s.points_time,
    s.points_theme,
    s.points_novelty,
    s.x_demand,
    s.x_threat,
    s.x_gap,
    s.x_time,
    s.x_theme,
    s.x_novelty,
    s.missing,
    s.grade,
    s.demand_money,
    s.demand_stated,
    s.demand_accounts,
    s.deals,
    s.deals_lost,
    s.deals_all,
    s.rivals,
    s.importance,
    s.theirs,
    s.ours,
    s.days_ahead,
    s.age_days,
    s.fit,
    s.status,
    s.undecided,
    s.recent_sources,
    s.expected_sources,
    s.independent_sources,
    s.source_letter,
    s.claim_number
FROM raw.score AS s
JOIN core.item AS i ON i.item_id = s.item_id
LEFT JOIN core.item_theme AS t ON t.item_id = s.item_id AND t.theme = s.theme
QUALIFY
    row_number() OVER (PARTITION BY s.item_id, s.theme ORDER BY s.scoring_id DESC, s.scored_at DESC) = 1
    AND (t.theme IS NOT NULL OR (s.theme IS NULL AND count(t.theme) OVER (PARTITION BY s.item_id) = 0))
