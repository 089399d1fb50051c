-- Who traded what, when, at which price? Both transaction tables in one shape, one row a
-- transaction, however many owners filed jointly. Amended, withdrawn and doubtful rows are there, marked.
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
WITH noted AS (
    SELECT
        accession_number, filing_date, issuer_cik, false AS is_derivative, row_number, security_title,
        NULL::DECIMAL(20,4) AS conversion_or_exercise_price,
        transaction_date, deemed_execution_date, transaction_form_type, transaction_code, equity_swap_involved,
        transaction_timeliness, transaction_shares, transaction_price_per_share,
        NULL::DECIMAL(20,4) AS transaction_total_value, transaction_acquired_disposed_code,
        NULL::DATE AS exercise_date, NULL::DATE AS expiration_date, NULL::VARCHAR AS underlying_security_title,
        NULL::DECIMAL(20,4) AS underlying_security_shares, NULL::DECIMAL(20,4) AS underlying_security_value,
        shares_owned_following_transaction, value_owned_following_transaction, direct_or_indirect_ownership,
        nature_of_ownership, transaction_price_per_share_fn AS price_notes,
        concat_ws(
            ',', security_title_fn, transaction_date_fn, deemed_execution_date_fn, transaction_coding_fn,
            transaction_timeliness_fn, transaction_shares_fn, transaction_price_per_share_fn,
            transaction_acquired_disposed_code_fn, shares_owned_following_transaction_fn,
            value_owned_following_transaction_fn, direct_or_indirect_ownership_fn, nature_of_ownership_fn
        ) AS fn
    FROM non_derivative_transactions
    UNION ALL
    SELECT
        accession_number, filing_date, issuer_cik, true, row_number, security_title, conversion_or_exercise_price,
        transaction_date, deemed_execution_date, transaction_form_type, transaction_code, equity_swap_involved,
        transaction_timeliness, transaction_shares, transaction_price_per_share, transaction_total_value,
        transaction_acquired_disposed_code, exercise_date, expiration_date, underlying_security_title,
        underlying_security_shares, underlying_security_value, shares_owned_following_transaction,
        value_owned_following_transaction, direct_or_indirect_ownership, nature_of_ownership,
        transaction_price_per_share_fn,
        concat_ws(
            ',', security_title_fn, conversion_or_exercise_price_fn, transaction_date_fn, deemed_execution_date_fn,
            transaction_coding_fn, transaction_timeliness_fn, transaction_shares_fn, transaction_total_value_fn,
            transaction_price_per_share_fn, transaction_acquired_disposed_code_fn, exercise_date_fn, expiration_date_fn,
            underlying_security_title_fn, underlying_security_shares_fn, underlying_security_value_fn,
            shares_owned_following_transaction_fn, value_owned_following_transaction_fn,
            direct_or_indirect_ownership_fn, nature_of_ownership_fn
        )
    FROM derivative_transactions
),
transactions AS (
    SELECT
        * EXCLUDE (fn),
        -- Each id once, where it comes first.
        list_filter(
            string_split(nullif(fn, ''), ','), lambda id, place: list_position(string_split(fn, ','), id) = place
        ) AS footnote_ids
    FROM noted
)
SELECT
    t.accession_number,
    t.filing_date,
    f.accepted_at,
    f.accepted_at AT TIME ZONE 'America/New_York' AS accepted_at_new_york,
    f.form_type,
    f.period_of_report,
    t.issuer_cik,
    f.issuer_name,
    f.issuer_trading_symbol,
    f.ticker,
    f.aff10b5_one,
    f.owner_ciks,
    f.owner_names,
    f.owner_role,
    f.owner_roles,
    f.role_rank,
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
    split_part(
        list_filter(
            f.currency_notes, lambda note: list_contains(string_split(t.price_notes, ','), split_part(note, ' ', 1))
        )[1],
        ' ',
        2
    ) AS price_currency,
    CASE WHEN price_currency IS NULL THEN TRY(t.transaction_shares * t.transaction_price_per_share) END AS value,
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
    nullif(list_transform(
        list_filter(
            list_zip(f.doubted_rows, f.doubted_texts),
            lambda doubt: doubt[1] = CASE WHEN t.is_derivative THEN 'II ' ELSE 'I ' END || t.row_number
        ),
        lambda doubt: doubt[2]
    ), []) AS doubts,
    f.remarks,
    t.footnote_ids,
    nullif(
        array_to_string(
            list_transform(t.footnote_ids, lambda id: f.footnote_texts[list_position(f.footnote_ids, id)]),
            chr(10) || chr(10)
        ),
        ''
    ) AS footnotes,
    f.source_path,
    'https://www.sec.gov/Archives/' || f.source_path AS source_url
FROM transactions t
-- All three columns of the key, so that a filter on issuer or date reaches every table and skips row groups there. A
-- filing that names no issuer keeps its transactions here, without the columns of the other tables.
LEFT JOIN lake_files.filings f
    ON f.accession_number = t.accession_number AND f.filing_date = t.filing_date AND f.issuer_cik = t.issuer_cik
LEFT JOIN (FROM superseded WHERE table_name IS NOT NULL) s
    ON s.accession_number = t.accession_number AND s.filing_date = t.filing_date AND s.issuer_cik = t.issuer_cik
    AND s.table_name = CASE WHEN t.is_derivative THEN 'derivative_transactions' ELSE 'non_derivative_transactions' END
    AND s.row_number = t.row_number
-- What older versions of this program wrote: filings, not rows.
LEFT JOIN (
    SELECT accession_number, filing_date, issuer_cik, max(superseded_by) AS superseded_by
    FROM superseded WHERE table_name IS NULL AND reason = 'amended'
    GROUP BY accession_number, filing_date, issuer_cik
) old
    ON old.accession_number = t.accession_number AND old.filing_date = t.filing_date
    AND old.issuer_cik = t.issuer_cik
LEFT JOIN withdrawn_filings w ON w.accession_number = t.accession_number
LEFT JOIN transaction_codes c ON c.code = t.transaction_code
