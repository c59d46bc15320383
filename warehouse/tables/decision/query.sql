-- What was decided about an item that may no longer be seen is not shown.
SELECT
    d.decision_id,
    d.item_id,
    m.cluster_id,
    d.kind,
    d.theme,
    d.because,
    d.decided_at,
    d.score,
    d.rules_version,
    d.is_blind,
    d.superseded_by,
    o.outcome
FROM raw.decision AS d
JOIN core.cluster_member AS m ON m.item_id = d.item_id
LEFT JOIN (
    SELECT decision_id, arg_max(outcome, (judged_at, outcome)) AS outcome
    FROM raw.decision_outcome
    GROUP BY decision_id
) AS o ON o.decision_id = d.decision_id
