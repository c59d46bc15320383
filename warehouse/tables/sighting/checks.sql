-- #fail an id is a UUID
SELECT sighting_id
FROM core.sighting
WHERE NOT regexp_full_match(sighting_id, '[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}');

-- #fail an amount has its currency and is positive, and a currency has its amount
SELECT sighting_id
FROM core.sighting
WHERE (deal_amount IS NULL) <> (deal_currency IS NULL) OR deal_amount <= 0;

-- #warn a text holds no e-mail address
SELECT sighting_id
FROM core.sighting
WHERE regexp_matches(concat_ws(' ', text, comparison, area, competitor_name), '[[:alnum:]]@[[:alnum:]-]+\.[[:alpha:]]');
