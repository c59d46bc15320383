-- #fail a change that is dismissed names a rule that there is
SELECT change_id, dismissed_by
FROM core.change
WHERE dismissed_by IS NOT NULL AND dismissed_by NOT IN (SELECT rule_id FROM core.dismissal);

-- #fail a rule is about any value, or about two
SELECT rule_id FROM core.dismissal WHERE any_value <> (old IS NULL AND new IS NULL);

-- #fail every rule of the file is here
SELECT rule_id FROM raw.dismissal WHERE rule_id NOT IN (SELECT rule_id FROM core.dismissal);
