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

-- #fail every amount occurs in the text that it was read from: its digits, group separators and zeros at its ends left out
SELECT plan_price_id, amount, text
FROM core.plan_price
WHERE
    amount IS NOT NULL
    AND NOT contains(
        regexp_replace(
            -- Arabic-Indic, Persian, Devanagari, Bengali, full-width and superscript digits are digits, too
            translate(
                text,
                '٠١٢٣٤٥٦٧٨٩۰۱۲۳۴۵۶۷۸۹०१२३४५६७८९০১২৩৪৫৬৭৮৯０１２３４５６７８９⁰¹²³⁴⁵⁶⁷⁸⁹',
                '012345678901234567890123456789012345678901234567890123456789'
            ),
            '[^0-9]', '', 'g'
        ),
        trim(replace(amount::VARCHAR, '.', ''), '0')
    );
