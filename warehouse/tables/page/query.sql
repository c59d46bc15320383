-- Pages that the workspace watches now, and those that it watched once.
SELECT page_id, competitor, url, kind, every_hours, watched
FROM raw.page
