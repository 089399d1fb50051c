-- All that is known of transactions: what other views show of them. It names `main`, for its own schema has tables of the same
-- names, which are not as of a moment.
-- @row_number: Position in Table I or II, from 1, transactions and holdings counted together.
-- @accepted_at_new_york: When EDGAR accepted the filing, as the wall clock in New York showed it: the same in every program.
-- @security_title: Title of the security, or of the derivative security.
-- @transaction_shares: Number of shares, or of derivative securities, acquired or disposed of.
-- @transaction_price_per_share: Price of one of them in US dollars; NULL where a footnote alone gives it.
-- @shares_owned_following_transaction: Securities of that class owned after the reported transactions.
-- @owner_ciks: CIKs of the filing's owners, in its order.
-- @owner_names: Names of the filing's owners, in its order.
-- @owner_role: What the first owner is to the issuer: `Director, Officer: CFO`.
-- @owner_roles: What each owner is to the issuer, in the order of the filing.
-- @role_rank: The highest of the owners' roles: 1 chief executive, 2 chief financial officer, 3 other officer, 4 director, 5 ten per cent owner, 6 other, as a rule an entity of a group.
-- @is_derivative: Whether it is of Table II: a derivative security.
-- @code_meaning: What the transaction code stands for.
-- @value: Shares × price in US dollars, exact; NULL where either is NULL or the price is in another currency.
-- @price_currency: The currency that a footnote of the price names, if it is not the US dollar: `NOK`.
-- @is_amended: Whether an amendment has replaced this row: corrected, repeated or withdrawn it.
-- @superseded_by: The amendment that did.
-- @superseded_reason: corrected, restated or withdrawn; amended in lakes of older versions.
-- @is_withdrawn: Whether EDGAR no longer lists the filing: it was taken back.
-- @doubts: What the parser doubts of the row, such as a transaction dated after its filing; NULL if nothing.
-- @footnote_ids: Ids of the row's footnotes, in the order of its columns, each once.
-- @footnotes: Their texts, in the order of their ids, apart by a blank line.
-- @source_url: Where the submission is.
-- @plan: under a plan, denied, not said.
-- @plan_said_by: box, footnote, remarks, or box and one of the others; NULL where nothing is said.
-- @plan_sentence: The sentence that it was decided on; NULL where the box alone says it.
WITH transactions AS (
    SELECT
        * EXCLUDE (manner, underlying, terms),
        false AS is_derivative, 'non_derivative_transactions' AS table_name
    FROM lake_files.whole_non_derivative_transactions
    UNION ALL BY NAME
    SELECT
        * EXCLUDE (manner, underlying, terms),
        true AS is_derivative, 'derivative_transactions' AS table_name
    FROM lake_files.whole_derivative_transactions
)
SELECT
    t.accession_number,
    t.filing_date,
    t.accepted_at,
    t.accepted_at AT TIME ZONE 'America/New_York' AS accepted_at_new_york,
    t.form_type,
    t.period_of_report,
    t.issuer_cik,
    t.issuer_name,
    t.issuer_trading_symbol,
    t.ticker,
    t.aff10b5_one,
    t.owner_ciks,
    t.owner_names,
    nullif(t.owner_roles[1], '') AS owner_role,
    t.owner_roles,
    t.role_rank,
    t.is_derivative,
    t.row_number,
    t.security_title,
    t.transaction_date,
    t.deemed_execution_date,
    t.transaction_form_type,
    t.transaction_code,
    c.meaning AS code_meaning,
    t.equity_swap_involved,
    t.transaction_timeliness,
    t.transaction_acquired_disposed_code,
    t.transaction_shares,
    t.transaction_price_per_share,
    t.price_currency,
    CASE WHEN t.price_currency IS NULL THEN TRY(t.transaction_shares * t.transaction_price_per_share) END AS value,
    t.transaction_total_value,
    t.conversion_or_exercise_price,
    t.exercise_date,
    t.expiration_date,
    t.underlying_security_title,
    t.underlying_security_shares,
    t.underlying_security_value,
    t.shares_owned_following_transaction,
    t.value_owned_following_transaction,
    t.direct_or_indirect_ownership,
    t.nature_of_ownership,
    s.superseded_by IS NOT NULL OR old.superseded_by IS NOT NULL AS is_amended,
    coalesce(s.superseded_by, old.superseded_by) AS superseded_by,
    coalesce(s.reason, CASE WHEN old.superseded_by IS NOT NULL THEN 'amended' END) AS superseded_reason,
    w.accession_number IS NOT NULL AS is_withdrawn,
    t.doubts,
    t.remarks,
    t.footnote_ids,
    t.footnotes,
    t.source_path,
    'https://www.sec.gov/Archives/' || t.source_path AS source_url,
    t.plan,
    t.plan_said_by,
    t.plan_sentence,
    t.security_class
FROM transactions t
-- All three columns of the key, so that a filter on issuer or date reaches every table and skips row groups there.
LEFT JOIN (FROM main.superseded WHERE table_name IS NOT NULL) s
    ON s.accession_number = t.accession_number AND s.filing_date = t.filing_date AND s.issuer_cik = t.issuer_cik
    AND s.table_name = t.table_name
    AND s.row_number = t.row_number
-- What older versions of this program wrote: filings, not rows.
LEFT JOIN (
    SELECT accession_number, filing_date, issuer_cik, max(superseded_by) AS superseded_by
    FROM main.superseded WHERE table_name IS NULL AND reason = 'amended'
    GROUP BY accession_number, filing_date, issuer_cik
) old
    ON old.accession_number = t.accession_number AND old.filing_date = t.filing_date
    AND old.issuer_cik = t.issuer_cik
LEFT JOIN main.withdrawn_filings w ON w.accession_number = t.accession_number
LEFT JOIN main.transaction_codes c ON c.code = t.transaction_code
