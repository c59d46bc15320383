WITH
-- believed when two fetches in a row showed it, and on a page of text four: much of such a page may rotate. What a price
-- list showed at first is believed at once, so that its first move is not missed.
believed AS (
    SELECT s.*, b.looks
    FROM core.observation_stretch AS s
    JOIN core.page_state AS b ON b.page_id = s.page_id AND b.state_no = s.first_state
    WHERE
        s.weight_to - s.weight_from >= b.looks
        OR (s.first_state = 1 AND s.kind <> 'page')
        OR s.kind = 'release_notes'
),

-- missing from fewer fetches is no gap
gaps AS (
    SELECT
        *,
        coalesce(weight_from - lag(weight_to) OVER (PARTITION BY page_id, observation_id ORDER BY first_state) >= looks, TRUE) AS begins
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
        any_value(looks) AS looks,
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
    CASE WHEN i.kind = 'release_notes' OR (i.first_state = 1 AND i.kind <> 'page') THEN b.seen_from ELSE b.known_at END AS known_at,
    b.snapshot,
    i.last_seen_at,
    -- gone when as many fetches in a row were without it
    CASE WHEN p.weight_to - i.weight_to >= i.looks THEN e.seen_from END AS valid_to,
    CASE WHEN p.weight_to - i.weight_to >= i.looks THEN e.known_at END AS end_known_at,
    CASE WHEN p.weight_to - i.weight_to >= i.looks THEN e.snapshot END AS end_snapshot
FROM intervals AS i
JOIN pages AS p ON p.page_id = i.page_id
JOIN core.page_state AS b ON b.page_id = i.page_id AND b.state_no = i.first_state
LEFT JOIN core.page_state AS e ON e.page_id = i.page_id AND e.state_no = i.last_state + 1
