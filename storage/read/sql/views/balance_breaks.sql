-- Where does a balance not follow from the report before? One row for each Form 4 whose first direct balance of a class of
-- Table I, less what was acquired and plus what was disposed of, is not the last balance of the owners' report before it.
-- What is between is a report that is missing, a split, shares that moved between direct and indirect, or a mistake.
-- @security_class: The folded title: the macro security_class.
-- @previous_accession_number: The owners' report of the class before this one.
-- @previous_date: Date of its last transaction.
-- @previous_balance: What was owned directly after it.
-- @opening_balance: What must have been owned directly before this report's first transaction.
-- @difference: Opening less previous balance.
WITH lines AS (
    SELECT
        issuer_cik, issuer_name, ticker, owner_ciks, owner_names, accession_number, filing_date, accepted_at, row_number,
        transaction_date, security_class, security_title,
        shares_owned_following_transaction AS balance,
        shares_owned_following_transaction
        - CASE transaction_acquired_disposed_code
            WHEN 'A' THEN transaction_shares WHEN 'D' THEN -transaction_shares
        END AS opening
    FROM lake_files.all_trades
    WHERE form_type[1] = '4' AND NOT is_derivative AND NOT is_amended AND NOT is_withdrawn AND direct_or_indirect_ownership = 'D'
        AND shares_owned_following_transaction IS NOT NULL AND transaction_date <= filing_date
),
reports AS (
    SELECT
        issuer_cik, owner_ciks, security_class, accession_number, filing_date,
        any_value(issuer_name) AS issuer_name,
        any_value(ticker) AS ticker,
        any_value(owner_names) AS owner_names,
        any_value(accepted_at) AS accepted_at,
        arg_min(security_title, row_number) AS security_title,
        min(transaction_date) AS transaction_date,
        max(transaction_date) AS last_date,
        arg_min(opening, (transaction_date, row_number)) AS opening_balance,
        arg_max(balance, (transaction_date, row_number)) AS closing_balance
    FROM lines
    GROUP BY issuer_cik, owner_ciks, security_class, accession_number, filing_date
),
followed AS (
    SELECT
        *,
        lag(accession_number) OVER by_date AS previous_accession_number,
        lag(last_date) OVER by_date AS previous_date,
        lag(closing_balance) OVER by_date AS previous_balance
    FROM reports
    WINDOW by_date AS (
        PARTITION BY issuer_cik, owner_ciks, security_class
        ORDER BY transaction_date, filing_date, accepted_at, accession_number
    )
)
SELECT
    issuer_cik, issuer_name, ticker, owner_ciks, owner_names, security_title, security_class, accession_number,
    filing_date, transaction_date, previous_accession_number, previous_date, previous_balance, opening_balance,
    opening_balance - previous_balance AS difference
FROM followed
WHERE opening_balance <> previous_balance
