-- What did insiders own when they reported last? One row for each set of owners, issuer, security and way of holding
-- it
-- (direct, or indirect of one nature), from the transactions and holdings of Forms 3, 4 and 5; those of a
-- superseded filing are left out, and of one whose holdings alone were amended its holdings. Titles and natures that
-- differ in case alone are one; a derivative security is told apart by its exercise price and expiration date too. The last report is
-- that of the latest date (a transaction's own, a holding's period of report; the filing date where there is none or it
-- is later than that), then filing date, acceptance, accession number and row. A transaction that says not what was owned
-- after it is passed over. Zero stays: it says that nothing is left. Filings without an owner are left out. Shares that were given up without a report stay as last reported.
-- @owner_ciks: CIKs of the owners, ascending; joint owners hold together and are one row.
-- @owner_names: Names of the owners, in the order of the filing.
-- @is_derivative: Whether it is a derivative security (Table II).
-- @row_number: Position in Table I or II, from 1, transactions and holdings counted together.
-- @security_title: Title of the security, or of the derivative security.
-- @as_of: Date of the last report: the transaction's, or the holding's period of report.
-- @reported_as: transaction or holding.
-- @shares_owned: Securities owned then; NULL where a value or nothing but the holding itself is reported.
-- @value_owned: Value owned then, in US dollars, where value is reported, not shares.
-- @underlying_security_shares: Shares under a derivative holding; NULL after a transaction, which has its own number.
WITH reports AS (
    SELECT
        accession_number, filing_date, issuer_cik, row_number, false AS is_derivative, 'transaction' AS reported_as,
        transaction_date AS dated, security_title, NULL::DECIMAL(20,4) AS conversion_or_exercise_price,
        NULL::DATE AS expiration_date, NULL::DECIMAL(20,4) AS underlying_security_shares,
        shares_owned_following_transaction, value_owned_following_transaction, direct_or_indirect_ownership,
        nature_of_ownership
    FROM non_derivative_transactions
    UNION ALL
    SELECT
        accession_number, filing_date, issuer_cik, row_number, true, 'transaction', transaction_date, security_title,
        conversion_or_exercise_price, expiration_date, NULL, shares_owned_following_transaction,
        value_owned_following_transaction, direct_or_indirect_ownership, nature_of_ownership
    FROM derivative_transactions
    UNION ALL
    SELECT
        accession_number, filing_date, issuer_cik, row_number, false, 'holding', NULL, security_title, NULL, NULL, NULL,
        shares_owned_following_transaction, value_owned_following_transaction, direct_or_indirect_ownership,
        nature_of_ownership
    FROM non_derivative_holdings
    UNION ALL
    SELECT
        accession_number, filing_date, issuer_cik, row_number, true, 'holding', NULL, security_title,
        conversion_or_exercise_price, expiration_date, underlying_security_shares, shares_owned_following_transaction,
        value_owned_following_transaction, direct_or_indirect_ownership, nature_of_ownership
    FROM derivative_holdings
),
standing AS (
    SELECT
        f.accession_number, f.filing_date, f.issuer_cik, f.form_type, f.accepted_at, f.period_of_report, f.issuer_name,
        f.ticker, list_sort(f.owner_ciks, 'ASC', 'NULLS LAST') AS owner_ciks, f.owner_names, s.reason
    FROM lake_files.filings f
    LEFT JOIN (
        SELECT accession_number, filing_date, issuer_cik, min(reason) AS reason FROM superseded GROUP BY ALL
    ) s ON s.accession_number = f.accession_number AND s.filing_date = f.filing_date AND s.issuer_cik = f.issuer_cik
    WHERE coalesce(s.reason, '') <> 'amended' AND f.owner_ciks IS NOT NULL
)
SELECT
    s.issuer_cik,
    s.issuer_name,
    s.ticker,
    s.owner_ciks,
    s.owner_names,
    r.is_derivative,
    r.security_title,
    r.conversion_or_exercise_price,
    r.expiration_date,
    r.direct_or_indirect_ownership,
    r.nature_of_ownership,
    least(coalesce(r.dated, s.period_of_report, s.filing_date), s.filing_date) AS as_of,
    r.shares_owned_following_transaction AS shares_owned,
    r.value_owned_following_transaction AS value_owned,
    r.underlying_security_shares,
    r.reported_as,
    s.form_type,
    s.accession_number,
    s.filing_date,
    r.row_number
FROM reports r
JOIN standing s
    ON s.accession_number = r.accession_number AND s.filing_date = r.filing_date AND s.issuer_cik = r.issuer_cik
WHERE (r.reported_as = 'transaction' OR s.reason IS NULL)
    AND (
        r.reported_as = 'holding'
        OR r.shares_owned_following_transaction IS NOT NULL
        OR r.value_owned_following_transaction IS NOT NULL
    )
QUALIFY row_number() OVER (
    PARTITION BY
        s.issuer_cik, s.owner_ciks, r.is_derivative, lower(r.security_title), r.conversion_or_exercise_price,
        r.expiration_date, r.direct_or_indirect_ownership, lower(r.nature_of_ownership)
    ORDER BY
        as_of DESC, s.filing_date DESC, s.accepted_at DESC NULLS LAST, s.accession_number DESC, r.row_number DESC
) = 1
