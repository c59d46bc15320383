WITH
-- each observation in each state that holds it
presence AS (
    SELECT s.page_id, s.kind, f.observation_id, s.state_no, s.weight_from, s.weight_to, s.seen_to
    FROM core.page_state AS s
    JOIN raw.fact AS f ON f.facts_id = s.facts_id
),

grouped AS (
    SELECT *, state_no - row_number() OVER (PARTITION BY page_id, observation_id ORDER BY state_no) AS stretch
    FROM presence
)

SELECT
    page_id,
    any_value(kind) AS kind,
    observation_id,
    min(state_no) AS first_state,
    max(state_no) AS last_state,
    min(weight_from) AS weight_from,
    max(weight_to) AS weight_to,
    max(seen_to) AS seen_to
FROM grouped
GROUP BY page_id, observation_id, stretch
