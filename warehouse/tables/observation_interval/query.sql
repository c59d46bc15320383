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
),

-- neighbouring states that hold it, as one
seen AS (
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
),

-- believed when two fetches in a row showed it. What a price list showed at first is believed at once, so that the first
-- move is not missed; the text of a page is not, since a rotating quote would then look like a removal.
believed AS (
    SELECT * FROM seen
    WHERE weight_to - weight_from >= 2 OR (first_state = 1 AND kind <> 'page') OR kind = 'release_notes'
),

-- missing from a single fetch is no gap
gaps AS (
    SELECT
        *,
        coalesce(weight_from - lag(weight_to) OVER (PARTITION BY page_id, observation_id ORDER BY first_state) >= 2, TRUE) AS begins
    FROM believed
),

numbered AS (
    SELECT
        *,
        sum(begins::INTEGER) OVER (
            PARTITION BY page_id, observation_id ORDER BY first_state ROWS UNBOUNDED PRECEDING
        )::BIGINT AS interval_no
    FROM gaps
),

intervals AS (
    SELECT
        page_id,
        any_value(kind) AS kind,
        observation_id,
        interval_no,
        min(first_state) AS first_state,
        max(last_state) AS last_state,
        max(weight_to) AS weight_to,
        max(seen_to) AS last_seen_at
    FROM numbered
    GROUP BY page_id, observation_id, interval_no
),

pages AS (
    SELECT page_id, max(weight_to) AS weight_to FROM core.page_state GROUP BY page_id
)

SELECT
    i.page_id,
    i.kind,
    i.observation_id,
    i.interval_no,
    i.first_state = 1 AS is_first,
    b.seen_from AS valid_from,
    b.snapshot,
    i.last_seen_at,
    -- gone when two fetches in a row were without it
    CASE WHEN p.weight_to - i.weight_to >= 2 THEN e.seen_from END AS valid_to,
    CASE WHEN p.weight_to - i.weight_to >= 2 THEN e.snapshot END AS end_snapshot
FROM intervals AS i
JOIN pages AS p ON p.page_id = i.page_id
JOIN core.page_state AS b ON b.page_id = i.page_id AND b.state_no = i.first_state
LEFT JOIN core.page_state AS e ON e.page_id = i.page_id AND e.state_no = i.last_state + 1
