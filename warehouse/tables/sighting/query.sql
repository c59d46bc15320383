-- What reps reported. What the gate holds back never came this far.
SELECT
    sighting_id,
    person_id,
    channel,
    received_at,
    competitor,
    nullif(competitor_name, '') AS competitor_name,
    source,
    account_key,
    deal_key,
    deal_amount,
    deal_currency,
    stage,
    close_on,
    motive,
    confidence,
    happened_on,
    may_call,
    attachments,
    nullif(area, '') AS area,
    nullif(comparison, '') AS comparison,
    nullif(text, '') AS text
FROM raw.sighting
