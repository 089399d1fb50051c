-- Which open-market trades were by routine traders, and which by opportunistic ones? Cohen, Malloy and Pomorski, "Decoding
-- Inside Information", Journal of Finance 67 (2012): an insider who traded in each of the three calendar years before is
-- routine if it was in the same month in all three, else opportunistic. Where the third of the years is the trade's own,
-- it counts with them, which the paper does not do: `by_years_before` tells them apart. Insiders are the owners of a filing
-- together, at one issuer; trades of those whose three years do not show a trade each are left out.
-- @trader: routine or opportunistic.
-- @by_years_before: Whether the three calendar years before the trade's alone say so, as in the paper.
WITH open_market AS (
    SELECT *
    FROM trades
    WHERE transaction_code IN ('P', 'S') AND NOT is_derivative AND NOT is_amended AND NOT is_withdrawn
        AND equity_swap_involved IS NOT TRUE
),
months AS (
    SELECT DISTINCT issuer_cik, owner_ciks, year(transaction_date) AS traded_year, month(transaction_date) AS traded_month
    FROM open_market
    WHERE transaction_date <= filing_date
),
-- Every year that follows one with a trade within three years.
history AS (
    SELECT
        issuer_cik, owner_ciks, traded_year + ahead AS classified_year, traded_month,
        count(*) AS years_of_month,
        bit_or(1 << (ahead - 1)) AS years_seen
    FROM months, (SELECT unnest([1, 2, 3]) AS ahead)
    GROUP BY issuer_cik, owner_ciks, classified_year, traded_month
),
classified AS (
    SELECT
        issuer_cik, owner_ciks, classified_year,
        CASE WHEN max(years_of_month) = 3 THEN 'routine' ELSE 'opportunistic' END AS trader
    FROM history
    GROUP BY issuer_cik, owner_ciks, classified_year
    HAVING bit_or(years_seen) = 7
),
-- Of a month, whether the two years before had a trade in it too; and whether each of them had any.
recent AS (
    SELECT
        m.issuer_cik, m.owner_ciks, m.traded_year, m.traded_month,
        count(DISTINCT p.traded_year) FILTER (p.traded_month = m.traded_month) = 2 AS is_routine
    FROM months m
    JOIN months p
        ON p.issuer_cik = m.issuer_cik AND p.owner_ciks = m.owner_ciks
        AND p.traded_year BETWEEN m.traded_year - 2 AND m.traded_year - 1
    GROUP BY ALL
    HAVING count(DISTINCT p.traded_year) = 2
)
SELECT
    t.*,
    coalesce(c.trader, CASE WHEN r.is_routine THEN 'routine' ELSE 'opportunistic' END) AS trader,
    c.trader IS NOT NULL AS by_years_before
FROM open_market t
LEFT JOIN classified c
    ON c.issuer_cik = t.issuer_cik AND c.owner_ciks = t.owner_ciks AND c.classified_year = year(t.transaction_date)
LEFT JOIN recent r
    ON r.issuer_cik = t.issuer_cik AND r.owner_ciks = t.owner_ciks AND r.traded_year = year(t.transaction_date)
    AND r.traded_month = month(t.transaction_date)
WHERE c.trader IS NOT NULL OR r.is_routine IS NOT NULL
