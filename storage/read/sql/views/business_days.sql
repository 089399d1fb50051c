-- On which days did EDGAR take filings? Every day from 1993-01-01 to 2059-12-31. A day whose index the lake holds is
-- a business day; one on which the lake found no index is none. Of the others, business days are Monday to Friday
-- without the federal holidays as observed (of a Saturday on Friday, of a Sunday on Monday; Juneteenth since 2021)
-- and without the days on which EDGAR was closed by order: 2018-12-05, 2018-12-24, 2019-12-24, 2020-12-24,
-- 2025-01-09, 2025-12-24, 2025-12-26.
-- @day: The day.
-- @is_business_day: Whether EDGAR took filings.
-- @business_day_number: How many business days there are up to this day; the difference of two counts those between.
WITH days AS (
    SELECT
        CAST(range AS DATE) AS day, isodow(range) AS weekday, month(range) AS month, day(range) AS of_month,
        (of_month + 6) // 7 AS which_of_month
    FROM range(DATE '1992-12-31', DATE '2060-01-02', INTERVAL 1 DAY)
),
dated AS (
    SELECT
        *,
        ((month, of_month) IN ((1, 1), (7, 4), (11, 11), (12, 25)))
        OR ((month, of_month) = (6, 19) AND day >= DATE '2021-01-01') AS is_fixed_holiday
    FROM days
),
ruled AS (
    SELECT
        day,
        weekday <= 5
        AND NOT is_fixed_holiday
        AND NOT (weekday = 1 AND lag(is_fixed_holiday) OVER (ORDER BY day))
        AND NOT (weekday = 5 AND lead(is_fixed_holiday) OVER (ORDER BY day))
        AND NOT (weekday = 1 AND (month, which_of_month) IN ((1, 3), (2, 3), (9, 1), (10, 2)))
        AND NOT (weekday = 1 AND month = 5 AND of_month > 24)
        AND NOT (weekday = 4 AND (month, which_of_month) = (11, 4))
        AND day NOT IN (
            DATE '2018-12-05', DATE '2018-12-24', DATE '2019-12-24', DATE '2020-12-24', DATE '2025-01-09',
            DATE '2025-12-24', DATE '2025-12-26'
        ) AS is_business_day
    FROM dated
)
SELECT
    r.day,
    coalesce(i.has_index, r.is_business_day) AS is_business_day,
    -- Not with FILTER: DuckDB 2.0 counts it ten times as long.
    count(CASE WHEN coalesce(i.has_index, r.is_business_day) THEN 1 END) OVER (
        ORDER BY r.day ROWS UNBOUNDED PRECEDING
    ) AS business_day_number
FROM ruled r
LEFT JOIN (
    SELECT index_date, bool_or(state IN ('whole', 'damaged')) AS has_index
    FROM index_days
    WHERE state NOT IN ('not published', 'open')
    GROUP BY index_date
) i ON i.index_date = r.day
WHERE r.day BETWEEN DATE '1993-01-01' AND DATE '2059-12-31'
