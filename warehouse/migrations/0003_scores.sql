-- What was found in items: clusters, themes and scores, each made outside the warehouse by pure functions.
-- One row per item that has been looked at; `digest` tells the item as it was then from what it is now.
CREATE TABLE raw.cluster_member (
    item_id      VARCHAR,
    digest       VARCHAR,
    cluster_id   VARCHAR,
    reason       VARCHAR,
    near_item_id VARCHAR,
    share        DOUBLE,
    -- of the whole cluster, on each of its rows
    independent_sources INTEGER
);

-- Which two say the same, with `item_id` before `other_id`: clusters are made of these and of what persons said.
CREATE TABLE raw.item_pair (
    item_id  VARCHAR,
    other_id VARCHAR,
    share    DOUBLE,
    reason   VARCHAR
);

CREATE TABLE raw.item_theme (
    item_id VARCHAR,
    theme   VARCHAR,
    fit     DOUBLE
);

-- What a page said before a sighting was received.
CREATE TABLE raw.sighting_evidence (
    sighting_id   VARCHAR,
    evidence      VARCHAR,
    first_seen_at TIMESTAMP
);

-- Append-only: a row per item, theme and scoring that differs from the one before. The files of data/archive/scores are
-- the truth; a rebuild loads them, so that what an item was scored at its time stays.
CREATE TABLE raw.score (
    scoring_id     BIGINT,
    item_id        VARCHAR,
    theme          VARCHAR,
    scored_at      TIMESTAMP,
    rules_version  INTEGER,
    rules_digest   VARCHAR,
    score          INTEGER,
    points_demand  INTEGER,
    points_threat  INTEGER,
    points_gap     INTEGER,
    points_time    INTEGER,
    points_theme   INTEGER,
    points_novelty INTEGER,
    x_demand       DOUBLE,
    x_threat       DOUBLE,
    x_gap          DOUBLE,
    x_time         DOUBLE,
    x_theme        DOUBLE,
    x_novelty      DOUBLE,
    missing        VARCHAR[],
    grade          VARCHAR,
    -- what the parts were computed from; empty is unknown
    demand_money DOUBLE,
    demand_stated DOUBLE,
    demand_accounts DOUBLE,
    deals DOUBLE,
    deals_lost DOUBLE,
    deals_all DOUBLE,
    rivals DOUBLE,
    importance DOUBLE,
    theirs DOUBLE,
    ours DOUBLE,
    days_ahead DOUBLE,
    age_days DOUBLE,
    fit DOUBLE,
    status VARCHAR,
    undecided DOUBLE,
    recent_sources DOUBLE,
    expected_sources DOUBLE,
    independent_sources DOUBLE,
    source_letter VARCHAR,
    claim_number DOUBLE
);

-- Verdicts of people, as the desk has them; replaced whole.
CREATE TABLE raw.decision (
    decision_id   VARCHAR,
    item_id       VARCHAR,
    kind          VARCHAR,
    theme         VARCHAR,
    because       VARCHAR,
    score         INTEGER,
    rules_version INTEGER,
    is_blind      BOOLEAN,
    decided_at    TIMESTAMP,
    superseded_by VARCHAR
);

CREATE TABLE raw.decision_outcome (
    decision_id VARCHAR,
    outcome     VARCHAR,
    judged_at   TIMESTAMP
);

CREATE TABLE raw.review (
    sighting_id VARCHAR,
    outcome     VARCHAR,
    reviewers   INTEGER,
    is_disputed BOOLEAN,
    reviewed_at TIMESTAMP
);

CREATE TABLE raw.cluster_edit (
    edit_id  BIGINT,
    kind     VARCHAR,
    item_id  VARCHAR,
    other_id VARCHAR,
    edited_at TIMESTAMP
);

-- Work that is under way, so that a kill forgets none of it. `work` is 'find' for items that wait for their cluster and
-- themes, 'match' for their themes alone, 'score' for their scores; or a table whose rows of that id differ from those of
-- the newest published file.
CREATE TABLE raw.waiting (
    work VARCHAR,
    id   VARCHAR
);
