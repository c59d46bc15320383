-- What came in, as it came: append-only, loaded from the archive's logs and from what the readers saw in its snapshots.
-- No index, constraint, sequence or trigger anywhere: keys are content hashes, checks guard uniqueness (docs/decisions/0003).
CREATE SCHEMA raw;
CREATE SCHEMA core;

CREATE TABLE raw.log (
    name      VARCHAR,
    kind      VARCHAR,
    loaded_at TIMESTAMP
);

CREATE TABLE raw.fetch (
    fetch_id       VARCHAR,
    page_id        VARCHAR,
    competitor     VARCHAR,
    url            VARCHAR,
    final_url      VARCHAR,
    kind           VARCHAR,
    origin         VARCHAR,
    purpose        VARCHAR,
    outcome        VARCHAR,
    detail         VARCHAR,
    status         INTEGER,
    fetched_at     TIMESTAMP,
    elapsed_ms     INTEGER,
    attempts       INTEGER,
    snapshot       VARCHAR,
    body_bytes     BIGINT,
    content_type   VARCHAR,
    etag           VARCHAR,
    last_modified  VARCHAR,
    retry_after_s  INTEGER,
    conditional    BOOLEAN
);

CREATE TABLE raw.run (
    run_id     VARCHAR,
    flow       VARCHAR,
    slot       VARCHAR,
    state      VARCHAR,
    started_at TIMESTAMP,
    ended_at   TIMESTAMP,
    pages_read INTEGER,
    unchanged  INTEGER,
    changed    INTEGER,
    not_due    INTEGER,
    failed     INTEGER,
    notes      VARCHAR[]
);

-- One row per snapshot of a page, as one version of its reader saw it.
CREATE TABLE raw.reading (
    reading_id     VARCHAR,
    page_id        VARCHAR,
    snapshot       VARCHAR,
    reader         VARCHAR,
    reader_version INTEGER,
    options        VARCHAR,
    status         VARCHAR,
    reason         VARCHAR,
    how            VARCHAR,
    facts_id       VARCHAR,
    observations   INTEGER,
    fingerprint    VARCHAR
);

-- Which observations a set of facts holds. Snapshots that differ only in noise share one set.
CREATE TABLE raw.fact (
    facts_id       VARCHAR,
    observation_id VARCHAR,
    position       INTEGER
);

CREATE TABLE raw.plan_price (
    observation_id VARCHAR,
    page_id        VARCHAR,
    snapshot       VARCHAR,
    plan           VARCHAR,
    plan_group     VARCHAR,
    amount         DECIMAL(30, 12),
    currency       VARCHAR,
    period         VARCHAR,
    unit           VARCHAR,
    billing        VARCHAR,
    qualifier      VARCHAR,
    custom         BOOLEAN,
    free           BOOLEAN,
    addon          BOOLEAN,
    needs_review   BOOLEAN,
    basis          VARCHAR,
    text           VARCHAR,
    place          VARCHAR,
    note           VARCHAR
);

CREATE TABLE raw.plan_feature (
    observation_id VARCHAR,
    page_id        VARCHAR,
    snapshot       VARCHAR,
    plan           VARCHAR,
    plan_group     VARCHAR,
    feature        VARCHAR,
    included       BOOLEAN,
    limit_value    DECIMAL(24, 6),
    unlimited      BOOLEAN,
    unit           VARCHAR,
    text           VARCHAR,
    place          VARCHAR
);

CREATE TABLE raw.release_entry (
    observation_id VARCHAR,
    page_id        VARCHAR,
    snapshot       VARCHAR,
    version        VARCHAR,
    title          VARCHAR,
    published_on   DATE,
    published_text VARCHAR,
    kinds          VARCHAR[],
    body           VARCHAR,
    first_line     VARCHAR,
    link           VARCHAR,
    guid           VARCHAR,
    area           VARCHAR,
    text           VARCHAR,
    place          VARCHAR
);

CREATE TABLE raw.page_text (
    observation_id VARCHAR,
    page_id        VARCHAR,
    snapshot       VARCHAR,
    block          VARCHAR,
    heading        VARCHAR,
    place          VARCHAR
);

-- The workspace's files as they stand; replaced by every build.
CREATE TABLE raw.competitor (
    competitor VARCHAR,
    name       VARCHAR,
    aliases    VARCHAR[],
    domains    VARCHAR[]
);

CREATE TABLE raw.page (
    page_id     VARCHAR,
    competitor  VARCHAR,
    url         VARCHAR,
    kind        VARCHAR,
    every_hours DOUBLE,
    render      BOOLEAN,
    watched     BOOLEAN,
    options     VARCHAR,
    reader_version INTEGER
);

-- The rules of dismissed.toml; without values of its own, a rule is about any.
CREATE TABLE raw.dismissal (
    rule_id   VARCHAR,
    page_id   VARCHAR,
    kind      VARCHAR,
    subject   VARCHAR,
    any_value BOOLEAN,
    old       VARCHAR,
    new       VARCHAR,
    because   VARCHAR,
    since     TIMESTAMP
);
