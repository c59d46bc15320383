-- Pages whose newest fetch shows facts that only this one fetch has shown, or misses some for the first time: a second
-- look decides whether that is a change.
WITH
newest AS (
    SELECT page_id, any_value(kind) AS kind, max(state_no) AS state_no, max(weight_to) AS weight_to
    FROM core.page_state
    GROUP BY page_id
)

SELECT n.page_id
FROM newest AS n
JOIN core.page_state AS s ON s.page_id = n.page_id AND s.state_no = n.state_no
JOIN raw.page AS p ON p.page_id = n.page_id
WHERE p.watched AND s.weight_to - s.weight_from < CASE WHEN n.kind = 'page' THEN 4 ELSE 2 END AND n.kind <> 'release_notes' AND (n.state_no > 1 OR n.kind = 'page')
