-- Where did several insiders of one issuer buy at about the same time? One row a cluster of open-market purchases
-- (`insider_buys`): windows of `window_days` days that begin at a purchase and hold enough insiders and value; those of an issuer
-- that overlap are one cluster, which may so last longer than the window. Filings that share an owner count as one insider, so that
-- neither joint owners nor a fund and its manager are many. Purchases without a price count as insiders, not as value.
-- (window_days := 30): Days from the first purchase of a window to its last, both counted.
-- (min_insiders := 3): How many insiders must have bought within them.
-- (min_value := 100000): What they must have spent together, in US dollars.
-- (without_ten_percent_owners := true): Leave out purchases of those who are ten per cent owners and neither director nor officer.
-- (without_plan_trades := true): Leave out purchases under a Rule 10b5-1 plan.
-- (without_purchase_plans := true): Leave out purchases that a footnote ascribes to a dividend reinvestment, employee stock purchase or savings plan.
-- (officers_and_directors_only := false): Take purchases of officers and directors alone.
-- @first_purchase: Date of the cluster's first purchase.
-- @last_purchase: Date of its last.
-- @insiders: How many insiders bought in it.
-- @purchases: How many transactions they reported.
-- @shares: Shares bought.
-- @value: What was paid for them, in US dollars; purchases without a price add nothing to it.
-- @owner_names: Names of the buyers, joint owners too, in alphabetical order.
-- @accession_numbers: The filings that report it.
WITH purchases AS (
    SELECT
        accession_number, row_number, issuer_cik, issuer_name, ticker, transaction_date, transaction_shares, value,
        owner_ciks, owner_names
    FROM trade_plans
    WHERE transaction_code = 'P' AND NOT is_derivative AND NOT is_amended AND NOT is_withdrawn
        AND equity_swap_involved IS NOT TRUE
        AND transaction_date <= filing_date AND owner_ciks IS NOT NULL
        AND (NOT without_ten_percent_owners OR role_rank IS DISTINCT FROM 5)
        AND (NOT officers_and_directors_only OR coalesce(role_rank <= 4, false))
        AND (NOT without_plan_trades OR plan <> 'under a plan')
        AND (
            NOT without_purchase_plans
            OR NOT regexp_matches(
                concat_ws(' ', nature_of_ownership, footnotes),
                '(?i)(dividend|distribution) re-?investment|\bdrip\b|stock purchase plan|share purchase plan|\bespp\b|401\s?\(?k|savings plan|retirement plan'
            )
        )
),
named AS (SELECT DISTINCT issuer_cik, owner_ciks, unnest(owner_ciks) AS owner_cik FROM purchases),
-- An owner stands for the smallest CIK of all with whom it files, a set of owners for the smallest of theirs.
kin AS (SELECT issuer_cik, owner_cik, min(list_min(owner_ciks)) AS first_cik FROM named GROUP BY ALL),
insiders AS (
    SELECT n.issuer_cik, n.owner_ciks, min(k.first_cik) AS insider
    FROM named n
    JOIN kin k ON k.issuer_cik = n.issuer_cik AND k.owner_cik = n.owner_cik
    GROUP BY ALL
),
-- Windows look at days: those of one day see the same, and there are fewer of them than of purchases.
days AS (
    SELECT p.issuer_cik, p.transaction_date, i.insider, sum(p.value) AS value
    FROM purchases p
    JOIN insiders i ON i.issuer_cik = p.issuer_cik AND i.owner_ciks = p.owner_ciks
    GROUP BY ALL
),
windows AS (
    SELECT
        issuer_cik, transaction_date,
        count(DISTINCT insider) OVER ahead AS insiders_ahead,
        coalesce(sum(value) OVER ahead, 0) AS value_ahead
    FROM days
    WINDOW ahead AS (
        PARTITION BY issuer_cik
        ORDER BY transaction_date
        RANGE BETWEEN CURRENT ROW AND to_days(CAST(window_days - 1 AS INTEGER)) FOLLOWING
    )
),
reached AS (
    SELECT
        *,
        max(transaction_date + CAST(window_days - 1 AS INTEGER))
            FILTER (insiders_ahead >= min_insiders AND value_ahead >= min_value)
            OVER (PARTITION BY issuer_cik ORDER BY transaction_date) AS open_until
    FROM (SELECT DISTINCT * FROM windows)
),
begun AS (
    -- A cluster begins where no earlier window reaches.
    SELECT
        *,
        lag(open_until) OVER (PARTITION BY issuer_cik ORDER BY transaction_date) >= transaction_date AS goes_on
    FROM reached
    WHERE open_until >= transaction_date
),
numbered AS (
    SELECT
        issuer_cik, transaction_date,
        count(*) FILTER (NOT coalesce(goes_on, false)) OVER (PARTITION BY issuer_cik ORDER BY transaction_date) AS cluster
    FROM begun
)
SELECT
    p.issuer_cik,
    any_value(p.issuer_name) AS issuer_name,
    any_value(p.ticker) AS ticker,
    min(p.transaction_date) AS first_purchase,
    max(p.transaction_date) AS last_purchase,
    count(DISTINCT i.insider) AS insiders,
    count(*) AS purchases,
    sum(p.transaction_shares) AS shares,
    sum(p.value) AS value,
    list_sort(list_distinct(flatten(list(p.owner_names)))) AS owner_names,
    list_sort(list_distinct(list(p.accession_number))) AS accession_numbers
FROM numbered n
JOIN purchases p ON p.issuer_cik = n.issuer_cik AND p.transaction_date = n.transaction_date
JOIN insiders i ON i.issuer_cik = p.issuer_cik AND i.owner_ciks = p.owner_ciks
GROUP BY p.issuer_cik, n.cluster
