-- The rules of dismissed.toml, each with what it has kept quiet; where two fit a change, it counts for the older one.
SELECT
    d.rule_id,
    g.competitor,
    d.page_id,
    d.kind,
    d.subject,
    d.any_value,
    d.old,
    d.new,
    d.because,
    d.since,
    count(c.change_id) AS matched,
    count(c.change_id) FILTER (c.changed_at > d.since) AS suppressed,
    max(c.changed_at) FILTER (c.changed_at > d.since) AS last_suppressed_at
FROM raw.dismissal AS d
JOIN raw.page AS g ON g.page_id = d.page_id
LEFT JOIN core.change AS c ON c.dismissed_by = d.rule_id
GROUP BY ALL
