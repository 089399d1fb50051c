-- What does an insider own now? One row for each position, by the newest report of it.
-- Of a class of Table I the newest report that has a line of it is the position, every line of it: who reports a
-- transaction reports the whole holding afterwards, each form of indirect ownership on a line of its own (Form 4,
-- Instruction 4(a)). Of Table II a position is a grant: an option is its exercise price, expiration date and underlying;
-- where one of them is missing, the only one that fits; where both are, the texts of the row's footnotes. Holdings are
-- never merged; transactions of one line (direct, or indirect of one nature and its footnotes) are one position with
-- the balance that is last by date and row. A report and its amendments are one report, of the rows that stand;
-- withdrawn filings are left out. A report by a group replaces those of owners within it.
-- Zero stays: it says that nothing is left. Filings without an owner are left out, and transactions that do not say
-- what was owned after them. Shares that were given up without a report stay as last reported.
-- @owner_ciks: CIKs of the owners, ascending; joint owners hold together and are one row.
-- @owner_names: Names of the owners, in the order of the filing.
-- @is_derivative: Whether it is a derivative security (Table II).
-- @row_number: Position in Table I or II, from 1, transactions and holdings counted together.
-- @security_title: Title of the security, or of the derivative security, as these owners spelt it first.
-- @title_as_filed: The title in this report.
-- @security_class: The same folded, so that spellings of one class are one: the macro security_class.
-- @as_of: Date of the report: the transaction's or, if later, the period of report, which is the fiscal year's end on a Form 5; the filing date where neither can be true.
-- @identity: How sure it is that the row is one position, reported once: sure; by footnote, only footnotes tell it apart; uncertain, nothing does, or its date cannot be true. Sums are right for rows that are sure.
-- @reported_as: transaction or holding.
-- @shares_owned: Securities owned then; NULL where a value or nothing but the holding itself is reported.
-- @value_owned: Value owned then, in US dollars, where value is reported, not shares.
-- @underlying_security_shares: Shares under a derivative holding; NULL after a transaction, which has its own number.
WITH lines AS (
    SELECT
        accession_number, filing_date, issuer_cik, row_number, false AS is_derivative, 'transaction' AS reported_as,
        'non_derivative_transactions' AS table_name, transaction_date AS dated, security_title,
        NULL::DECIMAL(20,4) AS conversion_or_exercise_price, NULL::DATE AS expiration_date,
        NULL::VARCHAR AS underlying_security_title, NULL::DECIMAL(20,4) AS underlying_security_shares,
        shares_owned_following_transaction, value_owned_following_transaction, direct_or_indirect_ownership,
        nature_of_ownership, concat_ws(',', direct_or_indirect_ownership_fn, nature_of_ownership_fn) AS nature_notes,
        NULL::VARCHAR AS term_notes
    FROM non_derivative_transactions
    WHERE shares_owned_following_transaction IS NOT NULL OR value_owned_following_transaction IS NOT NULL
    UNION ALL
    SELECT
        accession_number, filing_date, issuer_cik, row_number, true, 'transaction', 'derivative_transactions',
        transaction_date, security_title, conversion_or_exercise_price, expiration_date, underlying_security_title, NULL,
        shares_owned_following_transaction, value_owned_following_transaction, direct_or_indirect_ownership,
        nature_of_ownership, concat_ws(',', direct_or_indirect_ownership_fn, nature_of_ownership_fn),
        concat_ws(
            ',', security_title_fn, conversion_or_exercise_price_fn, exercise_date_fn, expiration_date_fn,
            underlying_security_title_fn, underlying_security_shares_fn, shares_owned_following_transaction_fn
        )
    FROM derivative_transactions
    WHERE shares_owned_following_transaction IS NOT NULL OR value_owned_following_transaction IS NOT NULL
    UNION ALL
    SELECT
        accession_number, filing_date, issuer_cik, row_number, false, 'holding', 'non_derivative_holdings', NULL,
        security_title, NULL, NULL, NULL, NULL, shares_owned_following_transaction, value_owned_following_transaction,
        direct_or_indirect_ownership, nature_of_ownership,
        concat_ws(',', direct_or_indirect_ownership_fn, nature_of_ownership_fn), NULL
    FROM non_derivative_holdings
    UNION ALL
    SELECT
        accession_number, filing_date, issuer_cik, row_number, true, 'holding', 'derivative_holdings', NULL,
        security_title, conversion_or_exercise_price, expiration_date, underlying_security_title,
        underlying_security_shares, shares_owned_following_transaction, value_owned_following_transaction,
        direct_or_indirect_ownership, nature_of_ownership,
        concat_ws(',', direct_or_indirect_ownership_fn, nature_of_ownership_fn),
        concat_ws(
            ',', security_title_fn, conversion_or_exercise_price_fn, exercise_date_fn, expiration_date_fn,
            underlying_security_title_fn, underlying_security_shares_fn, shares_owned_following_transaction_fn
        )
    FROM derivative_holdings
),
standing AS (
    SELECT
        l.*,
        f.form_type, f.accepted_at, f.issuer_name, f.ticker, f.owner_names,
        list_sort(f.owner_ciks, 'ASC', 'NULLS LAST') AS owner_ciks,
        security_class(l.security_title) AS security_class,
        lower(regexp_replace(l.nature_of_ownership, '[^A-Za-z0-9]+', ' ', 'g')) AS nature,
        -- A date after the filing, or from before EDGAR, is mistyped; no transaction is older than the period of report.
        greatest(
            CASE WHEN l.dated BETWEEN DATE '1990-01-01' AND l.filing_date THEN l.dated END,
            CASE WHEN f.period_of_report BETWEEN DATE '1990-01-01' AND l.filing_date THEN f.period_of_report END
        ) AS sound_date,
        coalesce(l.dated BETWEEN DATE '1990-01-01' AND l.filing_date, l.dated IS NULL) AS is_sound,
        coalesce(a.amends, l.accession_number) AS report,
        CASE
            WHEN l.is_derivative AND (l.conversion_or_exercise_price IS NULL OR l.expiration_date IS NULL)
                AND l.term_notes <> ''
                THEN lower(
                    array_to_string(
                        list_transform(
                            list_sort(list_distinct(string_split(l.term_notes, ','))),
                            lambda id: f.footnote_texts[list_position(f.footnote_ids, id)]
                        ),
                        ' '
                    )
                )
        END AS terms
    FROM lines l
    JOIN lake_files.filings f
        ON f.accession_number = l.accession_number AND f.filing_date = l.filing_date AND f.issuer_cik = l.issuer_cik
    LEFT JOIN (
        SELECT accession_number, filing_date, issuer_cik, min(amends) AS amends
        FROM amendments GROUP BY accession_number, filing_date, issuer_cik
    ) a ON a.accession_number = l.accession_number AND a.filing_date = l.filing_date AND a.issuer_cik = l.issuer_cik
    ANTI JOIN (FROM superseded WHERE table_name IS NOT NULL) s
        ON s.accession_number = l.accession_number AND s.filing_date = l.filing_date AND s.issuer_cik = l.issuer_cik
        AND s.table_name = l.table_name AND s.row_number = l.row_number
    -- What older versions of this program wrote: filings, not rows.
    ANTI JOIN (FROM superseded WHERE table_name IS NULL) old
        ON old.accession_number = l.accession_number AND old.filing_date = l.filing_date
        AND old.issuer_cik = l.issuer_cik AND (old.reason <> 'holdings amended' OR l.reported_as = 'holding')
    ANTI JOIN withdrawn_filings w ON w.accession_number = l.accession_number
    WHERE f.owner_ciks IS NOT NULL
),
-- Options of which a report has the exercise price or the expiration date alone, and the only one that fits.
fitted AS (
    SELECT
        *,
        CASE
            WHEN NOT is_derivative OR (conversion_or_exercise_price IS NOT NULL AND expiration_date IS NOT NULL)
                THEN expiration_date
            WHEN conversion_or_exercise_price IS NOT NULL
                THEN nullif(min(expiration_date) OVER by_price, CASE WHEN min(expiration_date) OVER by_price <> max(expiration_date) OVER by_price THEN min(expiration_date) OVER by_price END)
            ELSE expiration_date
        END AS expiry,
        CASE
            WHEN NOT is_derivative OR (conversion_or_exercise_price IS NOT NULL AND expiration_date IS NOT NULL)
                THEN conversion_or_exercise_price
            WHEN expiration_date IS NOT NULL
                THEN nullif(min(conversion_or_exercise_price) OVER by_expiry, CASE WHEN min(conversion_or_exercise_price) OVER by_expiry <> max(conversion_or_exercise_price) OVER by_expiry THEN min(conversion_or_exercise_price) OVER by_expiry END)
            ELSE conversion_or_exercise_price
        END AS strike
    FROM standing
    WINDOW
        by_price AS (PARTITION BY issuer_cik, owner_ciks, is_derivative, conversion_or_exercise_price),
        by_expiry AS (PARTITION BY issuer_cik, owner_ciks, is_derivative, expiration_date)
),
named AS (
    SELECT
        *,
        CASE
            WHEN NOT is_derivative THEN coalesce(security_class, '')
            WHEN strike IS NOT NULL AND expiry IS NOT NULL
                THEN concat_ws(' ', 'option', strike, expiry, security_class(underlying_security_title))
            WHEN terms IS NOT NULL THEN concat_ws(' ', 'noted', security_class, strike, expiry, terms)
            ELSE concat_ws(
                ' ', 'titled', security_class, strike, expiry, direct_or_indirect_ownership, nature,
                -- Several that read alike are told apart by their order.
                row_number() OVER (
                    PARTITION BY issuer_cik, accession_number, is_derivative, security_class, strike, expiry,
                        direct_or_indirect_ownership, nature, terms IS NULL
                    ORDER BY row_number
                )
            )
        END AS instrument
    FROM fitted
),
-- A report's date of an instrument is that of its last line. One that cannot be true counts as ten days before the filing.
dated AS (
    SELECT
        *,
        max(coalesce(sound_date, filing_date - 10)) OVER report_lines AS report_date,
        max(filing_date) OVER report_lines AS report_filed,
        max(accepted_at) OVER report_lines AS report_accepted
    FROM named
    WINDOW report_lines AS (PARTITION BY issuer_cik, report, owner_ciks, is_derivative, instrument)
),
newest AS (
    SELECT
        *,
        last_value(security_title) OVER (
            reports ROWS BETWEEN UNBOUNDED PRECEDING AND UNBOUNDED FOLLOWING
        ) AS first_title
    FROM dated
    WINDOW reports AS (
        PARTITION BY issuer_cik, owner_ciks, is_derivative, instrument
        ORDER BY report_date DESC, report_filed DESC, report_accepted DESC NULLS LAST, report DESC
    )
    QUALIFY rank() OVER reports = 1
),
-- The last balance of each line of transactions; every holding.
positions AS (
    SELECT
        *,
        count(*) OVER (
            PARTITION BY issuer_cik, report, owner_ciks, is_derivative, instrument, direct_or_indirect_ownership, nature
        ) AS alike,
        count(*) OVER (
            PARTITION BY issuer_cik, report, owner_ciks, is_derivative, instrument, direct_or_indirect_ownership, nature,
                nature_notes
        ) AS alike_with_notes,
        list({'owners': owner_ciks, 'dated': report_date, 'filed': report_filed, 'report': report})
            FILTER (len(owner_ciks) > 1)
            OVER (PARTITION BY issuer_cik, is_derivative, instrument) AS groups
    FROM newest
    QUALIFY reported_as = 'holding' OR row_number() OVER (
        PARTITION BY issuer_cik, report, owner_ciks, is_derivative, instrument, direct_or_indirect_ownership, nature,
            nature_notes, reported_as
        ORDER BY is_sound DESC, dated DESC, filing_date DESC, row_number DESC
    ) = 1
)
SELECT
    issuer_cik,
    issuer_name,
    ticker,
    owner_ciks,
    owner_names,
    is_derivative,
    first_title AS security_title,
    security_title AS title_as_filed,
    security_class,
    conversion_or_exercise_price,
    expiration_date,
    direct_or_indirect_ownership,
    nature_of_ownership,
    coalesce(sound_date, filing_date) AS as_of,
    CASE
        WHEN sound_date IS NULL OR NOT is_sound THEN 'uncertain'
        WHEN is_derivative AND starts_with(instrument, 'noted') AND alike = 1 THEN 'by footnote'
        WHEN is_derivative AND NOT starts_with(instrument, 'option') THEN 'uncertain'
        WHEN alike = 1 THEN 'sure'
        WHEN alike_with_notes = 1 THEN 'by footnote'
        ELSE 'uncertain'
    END AS identity,
    shares_owned_following_transaction AS shares_owned,
    value_owned_following_transaction AS value_owned,
    underlying_security_shares,
    reported_as,
    form_type,
    accession_number,
    filing_date,
    row_number
FROM positions
WHERE NOT coalesce(
    list_bool_or(
        list_transform(
            groups,
            lambda larger: len(larger.owners) > len(owner_ciks) AND list_has_all(larger.owners, owner_ciks)
                AND larger.report <> report AND (larger.dated, larger.filed) > (report_date, report_filed)
        )
    ),
    false
)
