-- Pages whose newest fetches show facts that too few fetches have shown, or miss some for too few: further looks decide
-- whether that is a change.
WITH
newest AS (
    SELECT page_id, kind, state_no, looks, weight_to - weight_from AS weight
    FROM core.page_state
    QUALIFY row_number() OVER (PARTITION BY page_id ORDER BY state_no DESC) = 1
)

SELECT n.page_id, n.looks - n.weight AS looks_missing
FROM newest AS n
JOIN raw.page AS p ON p.page_id = n.page_id
WHERE p.watched AND n.weight < n.looks AND n.kind <> 'release_notes' AND (n.state_no > 1 OR n.kind = 'page')
