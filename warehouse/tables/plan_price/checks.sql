-- #fail an interval ends after it begins
SELECT plan_price_id, valid_from, valid_to FROM core.plan_price WHERE valid_to <= valid_from;

-- #fail the same observation is never valid twice at one time
SELECT a.plan_price_id
FROM core.plan_price AS a
JOIN core.plan_price AS b
    ON b.page_id = a.page_id AND b.observation_id = a.observation_id AND b.plan_price_id <> a.plan_price_id
WHERE a.valid_from < coalesce(b.valid_to, TIMESTAMP '9999-01-01') AND b.valid_from < coalesce(a.valid_to, TIMESTAMP '9999-01-01');

-- #warn a price has its currency
SELECT page_id, plan, text FROM core.plan_price WHERE amount > 0 AND currency IS NULL AND valid_to IS NULL;

-- #fail an amount is not negative
SELECT plan_price_id, amount FROM core.plan_price WHERE amount < 0;
