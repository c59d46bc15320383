WITH
-- every name that a page has given to a plan, with the heading of its group
written AS (
    SELECT page_id, plan, coalesce(plan_group, '') AS plan_group, bool_or(has_price) AS has_price
    FROM (
        SELECT page_id, plan, plan_group, TRUE AS has_price FROM raw.plan_price
        UNION ALL
        SELECT page_id, plan, plan_group, FALSE AS has_price FROM raw.plan_feature
    )
    GROUP BY ALL
),

-- "Team Plus™", "TEAM PLUS" and "TeamPlus" are one name: case, white space, invisible characters and marks of protection do not count
folded AS (
    SELECT
        name,
        coalesce(
            nullif(regexp_replace(lower(nfc_normalize(name)), '[\s\p{Z}\p{C}™®℠©]|\((tm|sm|r|c)\)', '', 'g'), ''), lower(name)
        ) AS key
    FROM (SELECT plan AS name FROM written UNION SELECT plan_group AS name FROM written)
),

keyed AS (
    SELECT w.*, n.key AS name_key, g.key AS group_key
    FROM written AS w
    JOIN folded AS n ON n.name = w.plan
    JOIN folded AS g ON g.name = w.plan_group
),

-- a plan's name tells it, unless the page has that name in several groups at the same time
twice AS (
    SELECT DISTINCT k.page_id, k.name_key
    FROM raw.fact AS f
    JOIN raw.plan_price AS o ON o.observation_id = f.observation_id
    JOIN keyed AS k ON k.page_id = o.page_id AND k.plan = o.plan AND k.plan_group = coalesce(o.plan_group, '')
    GROUP BY f.facts_id, k.page_id, k.name_key
    HAVING count(DISTINCT k.group_key) > 1
),

-- groups in which a plan of that name has a price: features may stand under headings of their own
priced AS (SELECT DISTINCT page_id, name_key, group_key FROM keyed WHERE has_price)

SELECT
    k.page_id,
    k.plan,
    k.plan_group,
    k.name_key,
    k.name_key || CASE WHEN t.name_key IS NOT NULL AND p.group_key IS NOT NULL THEN '|' || k.group_key ELSE '' END AS plan_key
FROM keyed AS k
LEFT JOIN twice AS t ON t.page_id = k.page_id AND t.name_key = k.name_key
LEFT JOIN priced AS p ON p.page_id = k.page_id AND p.name_key = k.name_key AND p.group_key = k.group_key
