-- #fail a score is the sum of its parts
SELECT item_id, theme, score FROM core.relevance WHERE score <> points_demand + points_threat + points_gap + points_time + points_theme + points_novelty;

-- #fail a score is between 0 and 100 points
SELECT item_id, theme, score FROM core.relevance WHERE score NOT BETWEEN 0 AND 10000;

