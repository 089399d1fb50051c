-- Which name did filings give an owner, from when to when? One row for each stretch of days on which they gave the same.
-- A day's filings say what most of them say; a single day between two that agree is taken for a slip.
-- @owner_name: The owner's name as EDGAR conformed it.
-- @valid_from: Filing date of the first filing that gave it.
-- @valid_before: Filing date of the first that gave another; NULL where none has.
-- @last_filing_date: Filing date of the last that gave it.
-- @filings: How many filings of those days name the owner.
WITH days AS (
    -- Most owners have had one name ever: only the others are looked at day by day.
    SELECT owner_cik, filing_date, mode(owner_name) AS owner_name, count(*) AS filings
    FROM reporting_owners
    SEMI JOIN (
        SELECT owner_cik
        FROM reporting_owners
        WHERE owner_cik IS NOT NULL AND owner_name IS NOT NULL
        GROUP BY owner_cik
        HAVING min(owner_name) <> max(owner_name)
    ) USING (owner_cik)
    WHERE owner_name IS NOT NULL
    GROUP BY owner_cik, filing_date
),
smoothed AS (
    SELECT
        owner_cik, filing_date, filings,
        CASE WHEN lag(owner_name) OVER by_day = lead(owner_name) OVER by_day
            THEN lag(owner_name) OVER by_day ELSE owner_name END AS owner_name
    FROM days
    WINDOW by_day AS (PARTITION BY owner_cik ORDER BY filing_date)
),
changed AS (
    SELECT
        *,
        owner_name IS DISTINCT FROM lag(owner_name) OVER (PARTITION BY owner_cik ORDER BY filing_date) AS is_new
    FROM smoothed
),
stretches AS (
    SELECT *, count(*) FILTER (is_new) OVER (PARTITION BY owner_cik ORDER BY filing_date) AS stretch
    FROM changed
)
SELECT
    owner_cik,
    any_value(owner_name) AS owner_name,
    min(filing_date) AS valid_from,
    lead(min(filing_date)) OVER (PARTITION BY owner_cik ORDER BY stretch) AS valid_before,
    max(filing_date) AS last_filing_date,
    sum(filings)::BIGINT AS filings
FROM stretches
GROUP BY owner_cik, stretch
UNION ALL
SELECT
    owner_cik,
    min(owner_name) AS owner_name,
    min(filing_date) AS valid_from,
    NULL AS valid_before,
    max(filing_date) AS last_filing_date,
    count(*) AS filings
FROM reporting_owners
WHERE owner_cik IS NOT NULL AND owner_name IS NOT NULL
GROUP BY owner_cik
HAVING min(owner_name) = max(owner_name)
