-- The largest deal of each decided cluster that had been told before it was decided first, by currency.
SELECT v.item_id, s.deal_currency AS currency, max(s.deal_amount) AS amount
FROM (
    SELECT cluster_id, min(decided_at) AS decided_at, arg_min(item_id, (decided_at, decision_id)) AS item_id
    FROM decision
    GROUP BY cluster_id
) AS v
JOIN cluster_member AS m ON m.cluster_id = v.cluster_id
JOIN sighting AS s ON s.sighting_id = m.item_id AND s.received_at <= v.decided_at
WHERE s.deal_amount IS NOT NULL AND s.deal_currency IS NOT NULL
GROUP BY v.item_id, s.deal_currency
ORDER BY v.item_id, s.deal_currency
