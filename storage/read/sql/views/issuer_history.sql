-- Which name and ticker did an issuer's filings give, from when to when? One row for each stretch of days on which they
-- gave the same. A day's filings say what most of them say; a single day between two that agree is taken for a slip.
-- Joins by date to any table of prices: `t.transaction_date >= h.valid_from AND t.transaction_date < h.valid_before`.
-- @issuer_name: The issuer's name.
-- @ticker: Its symbol, normalised; NULL where no filing has given one yet.
-- @valid_from: Filing date of the first filing that gave them.
-- @valid_before: Filing date of the first that gave others; NULL where none has.
-- @last_filing_date: Filing date of the last that gave them.
-- @filings: How many filings there are of those days.
WITH days AS (
    -- Many issuers have had one name and symbol ever: only the others are looked at day by day.
    SELECT issuer_cik, filing_date, mode(issuer_name) AS issuer_name, mode(ticker) AS ticker, count(*) AS filings
    FROM filings
    SEMI JOIN (
        SELECT issuer_cik
        FROM filings
        WHERE issuer_cik IS NOT NULL
        GROUP BY issuer_cik
        HAVING min(issuer_name) <> max(issuer_name) OR count(issuer_name) NOT IN (0, count(*))
            OR min(ticker) <> max(ticker) OR count(ticker) NOT IN (0, count(*))
    ) USING (issuer_cik)
    GROUP BY issuer_cik, filing_date
),
-- A filing without a name or a symbol says nothing of it: the one before holds.
said AS (
    SELECT
        issuer_cik, filing_date, filings,
        last_value(issuer_name IGNORE NULLS) OVER by_day AS issuer_name,
        last_value(ticker IGNORE NULLS) OVER by_day AS ticker
    FROM days
    WINDOW by_day AS (PARTITION BY issuer_cik ORDER BY filing_date)
),
smoothed AS (
    SELECT
        issuer_cik, filing_date, filings,
        CASE WHEN lag(issuer_name) OVER by_day = lead(issuer_name) OVER by_day
            THEN lag(issuer_name) OVER by_day ELSE issuer_name END AS issuer_name,
        CASE WHEN lag(ticker) OVER by_day = lead(ticker) OVER by_day
            THEN lag(ticker) OVER by_day ELSE ticker END AS ticker
    FROM said
    WINDOW by_day AS (PARTITION BY issuer_cik ORDER BY filing_date)
),
changed AS (
    SELECT
        *,
        (issuer_name, ticker) IS DISTINCT FROM lag((issuer_name, ticker)) OVER (
            PARTITION BY issuer_cik ORDER BY filing_date
        ) AS is_new
    FROM smoothed
),
stretches AS (
    SELECT
        *, count(*) FILTER (is_new) OVER (PARTITION BY issuer_cik ORDER BY filing_date) AS stretch
    FROM changed
)
SELECT
    issuer_cik,
    any_value(issuer_name) AS issuer_name,
    any_value(ticker) AS ticker,
    min(filing_date) AS valid_from,
    lead(min(filing_date)) OVER (PARTITION BY issuer_cik ORDER BY stretch) AS valid_before,
    max(filing_date) AS last_filing_date,
    sum(filings)::BIGINT AS filings
FROM stretches
GROUP BY issuer_cik, stretch
UNION ALL
SELECT
    issuer_cik,
    min(issuer_name) AS issuer_name,
    min(ticker) AS ticker,
    min(filing_date) AS valid_from,
    NULL AS valid_before,
    max(filing_date) AS last_filing_date,
    count(*) AS filings
FROM filings
WHERE issuer_cik IS NOT NULL
GROUP BY issuer_cik
HAVING min(issuer_name) IS NOT DISTINCT FROM max(issuer_name) AND count(issuer_name) IN (0, count(*))
    AND min(ticker) IS NOT DISTINCT FROM max(ticker) AND count(ticker) IN (0, count(*))
