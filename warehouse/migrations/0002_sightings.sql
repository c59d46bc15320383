-- What reps reported, as far as it may be seen: cleared by the gate, not withdrawn, phone numbers and addresses masked.
-- Filled from the desk, a row per sighting, replaced when the sighting changes and removed when it may no longer be seen.
CREATE TABLE raw.sighting (
    sighting_id     VARCHAR,
    person_id       VARCHAR,
    channel         VARCHAR,
    received_at     TIMESTAMP,
    competitor      VARCHAR,
    competitor_name VARCHAR,
    source          VARCHAR,
    account_key     VARCHAR,
    deal_key        VARCHAR,
    deal_amount     DECIMAL(18, 2),
    deal_currency   VARCHAR,
    stage           VARCHAR,
    close_on        DATE,
    motive          VARCHAR,
    confidence      VARCHAR,
    happened_on     DATE,
    may_call        BOOLEAN,
    attachments     INTEGER,
    area            VARCHAR,
    comparison      VARCHAR,
    text            VARCHAR
);

-- How far the desk has been loaded, how far what was loaded has been published, and which text of the tables made them.
CREATE TABLE raw.mark (
    name  VARCHAR,
    value VARCHAR
);
