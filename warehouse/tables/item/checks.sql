-- #fail what came from a page names it and its competitor
SELECT item_id, kind FROM core.item WHERE kind <> 'sighting' AND (competitor IS NULL OR page_id IS NULL);

-- #fail every sighting is an item
SELECT sighting_id FROM core.sighting WHERE sighting_id NOT IN (SELECT item_id FROM core.item);
