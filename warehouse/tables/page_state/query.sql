WITH
-- a new state begins where the facts differ from those of the fetch before
marked AS (
    SELECT
        *,
        facts_id IS DISTINCT FROM lag(facts_id) OVER (PARTITION BY page_id ORDER BY weight_to) AS begins
    FROM core.page_event
),

numbered AS (
    SELECT *, sum(begins::INTEGER) OVER (PARTITION BY page_id ORDER BY weight_to ROWS UNBOUNDED PRECEDING)::BIGINT AS state_no
    FROM marked
),

state AS (
    SELECT
        page_id,
        any_value(kind) AS kind,
        state_no,
        any_value(facts_id) AS facts_id,
        min(fetched_at) AS seen_from,
        max(fetched_at) AS seen_to,
        arg_min(snapshot, weight_to) AS snapshot,
        min(weight_to - weight) AS weight_from,
        max(weight_to) AS weight_to,
        CASE WHEN any_value(kind) = 'page' THEN 4 ELSE 2 END AS looks
    FROM numbered
    GROUP BY page_id, state_no
)

-- what a state shows anew is known with the fetch that makes it as many as it takes
SELECT s.*, e.fetched_at AS known_at
FROM state AS s
ASOF LEFT JOIN core.page_event AS e ON e.page_id = s.page_id AND s.weight_from + s.looks <= e.weight_to
