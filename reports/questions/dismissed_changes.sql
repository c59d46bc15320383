-- Changes of a window of time that rules of dismissed.toml keep quiet, each with its rule and why.
-- $start: known from this time on (UTC)
-- $end: known before this time (UTC)
SELECT
    c.change_id,
    c.competitor,
    c.page_id,
    c.kind,
    c.subject,
    c.old,
    c.new,
    c.changed_at,
    c.known_at,
    c.dismissed_by,
    d.because
FROM change AS c
JOIN dismissal AS d ON d.rule_id = c.dismissed_by
WHERE c.known_at >= $start::TIMESTAMP AND c.known_at < $end::TIMESTAMP
ORDER BY c.competitor, c.changed_at, c.page_id, c.kind, c.subject, c.change_id
