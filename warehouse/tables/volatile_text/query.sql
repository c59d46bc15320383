WITH
-- stretches of a text that were too short to believe, and have ended; known when the text was gone
flicker AS (
    SELECT s.page_id, s.observation_id, n.seen_from AS known_at
    FROM core.observation_stretch AS s
    JOIN core.page_state AS n ON n.page_id = s.page_id AND n.state_no = s.last_state + 1
    WHERE s.kind = 'page' AND s.weight_to - s.weight_from < n.looks
),

-- gaps that were too short to believe; known when the text was back
gaps AS (
    SELECT
        s.page_id,
        s.observation_id,
        s.first_state,
        s.weight_from - lag(s.weight_to) OVER (PARTITION BY s.page_id, s.observation_id ORDER BY s.first_state) AS gap
    FROM core.observation_stretch AS s
    WHERE s.kind = 'page'
),

back AS (
    SELECT g.page_id, g.observation_id, b.seen_from AS known_at
    FROM gaps AS g
    JOIN core.page_state AS b ON b.page_id = g.page_id AND b.state_no = g.first_state
    WHERE g.gap < b.looks
),

own AS (
    SELECT page_id, observation_id, known_at FROM flicker
    UNION
    SELECT page_id, observation_id, known_at FROM back
),

-- a place in which a second text flickers makes all that stand there volatile
firsts AS (
    SELECT o.page_id, t.place, o.observation_id, min(o.known_at) AS known_at
    FROM own AS o
    JOIN raw.page_text AS t ON t.observation_id = o.observation_id
    GROUP BY o.page_id, t.place, o.observation_id
),

seconds AS (
    SELECT page_id, place, known_at
    FROM firsts
    QUALIFY row_number() OVER (PARTITION BY page_id, place ORDER BY known_at, observation_id) = 2
),

places AS (
    SELECT DISTINCT f.page_id, f.place, o.known_at
    FROM firsts AS f
    JOIN own AS o ON o.observation_id = f.observation_id
    JOIN seconds AS s ON s.page_id = f.page_id AND s.place = f.place AND s.known_at <= o.known_at
)

SELECT page_id, observation_id, known_at FROM own
UNION
SELECT p.page_id, t.observation_id, p.known_at
FROM places AS p
JOIN raw.page_text AS t ON t.page_id = p.page_id AND t.place = p.place
