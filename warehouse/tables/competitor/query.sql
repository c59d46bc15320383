SELECT competitor, name, aliases, domains
FROM raw.competitor
