-- The rules of dismissed.toml as of the newest build, each with what it has kept quiet since; the newest first.
SELECT rule_id, page_id, kind, subject, any_value, old, new, because, since, matched, suppressed, last_suppressed_at
FROM dismissal
ORDER BY since DESC, rule_id
