-- What does an insider own now? One row for each position, by the newest report of it.
-- Of a class of Table I the newest report that has a line of it is the position, every line of it: who reports a
-- transaction reports the whole holding afterwards, each form of indirect ownership on a line of its own (Form 4,
-- Instruction 4(a)). Of Table II a position is a grant: an option is its exercise price, expiration date and underlying;
-- where one of them is missing, the only one that fits; where both are, the texts of the row's footnotes, else its title.
-- Holdings are
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
WITH lines AS NOT MATERIALIZED (
    SELECT
        accession_number, filing_date, issuer_cik, row_number, false AS is_derivative, 'transaction' AS reported_as,
        'non_derivative_transactions' AS table_name, transaction_date AS dated, security_title,
        NULL::DECIMAL(20,4) AS conversion_or_exercise_price, NULL::DATE AS expiration_date, NULL::VARCHAR AS underlying_security_title,
        NULL::DECIMAL(20,4) AS underlying_security_shares, shares_owned_following_transaction,
        value_owned_following_transaction, direct_or_indirect_ownership, nature_of_ownership,
        concat_ws(',', direct_or_indirect_ownership_fn, nature_of_ownership_fn) AS nature_notes,
        NULL::VARCHAR AS term_notes
    FROM non_derivative_transactions
    WHERE shares_owned_following_transaction IS NOT NULL OR value_owned_following_transaction IS NOT NULL
    UNION ALL
    SELECT
        accession_number, filing_date, issuer_cik, row_number, true AS is_derivative, 'transaction' AS reported_as,
        'derivative_transactions' AS table_name, transaction_date AS dated, security_title,
        conversion_or_exercise_price, expiration_date, underlying_security_title,
        NULL::DECIMAL(20,4) AS underlying_security_shares, shares_owned_following_transaction,
        value_owned_following_transaction, direct_or_indirect_ownership, nature_of_ownership,
        concat_ws(',', direct_or_indirect_ownership_fn, nature_of_ownership_fn) AS nature_notes,
        CASE WHEN conversion_or_exercise_price IS NULL OR expiration_date IS NULL THEN concat_ws(
            ',', security_title_fn, conversion_or_exercise_price_fn, exercise_date_fn, expiration_date_fn,
            underlying_security_title_fn, underlying_security_shares_fn, shares_owned_following_transaction_fn
        ) END AS term_notes
    FROM derivative_transactions
    WHERE shares_owned_following_transaction IS NOT NULL OR value_owned_following_transaction IS NOT NULL
    UNION ALL
    SELECT
        accession_number, filing_date, issuer_cik, row_number, false AS is_derivative, 'holding' AS reported_as,
        'non_derivative_holdings' AS table_name, NULL::DATE AS dated, security_title,
        NULL::DECIMAL(20,4) AS conversion_or_exercise_price, NULL::DATE AS expiration_date, NULL::VARCHAR AS underlying_security_title,
        NULL::DECIMAL(20,4) AS underlying_security_shares, shares_owned_following_transaction,
        value_owned_following_transaction, direct_or_indirect_ownership, nature_of_ownership,
        concat_ws(',', direct_or_indirect_ownership_fn, nature_of_ownership_fn) AS nature_notes,
        NULL::VARCHAR AS term_notes
    FROM non_derivative_holdings
    UNION ALL
    SELECT
        accession_number, filing_date, issuer_cik, row_number, true AS is_derivative, 'holding' AS reported_as,
        'derivative_holdings' AS table_name, NULL::DATE AS dated, security_title,
        conversion_or_exercise_price, expiration_date, underlying_security_title,
        underlying_security_shares AS underlying_security_shares, shares_owned_following_transaction,
        value_owned_following_transaction, direct_or_indirect_ownership, nature_of_ownership,
        concat_ws(',', direct_or_indirect_ownership_fn, nature_of_ownership_fn) AS nature_notes,
        CASE WHEN conversion_or_exercise_price IS NULL OR expiration_date IS NULL THEN concat_ws(
            ',', security_title_fn, conversion_or_exercise_price_fn, exercise_date_fn, expiration_date_fn,
            underlying_security_title_fn, underlying_security_shares_fn, shares_owned_following_transaction_fn
        ) END AS term_notes
    FROM derivative_holdings
),
-- One narrow row a line: what is long is a hash here, for sorting by it is dear.
standing AS NOT MATERIALIZED (
    SELECT
        l.accession_number, l.filing_date, l.issuer_cik, l.row_number, l.is_derivative, l.reported_as, l.dated,
        l.conversion_or_exercise_price, l.expiration_date, l.security_title, f.accepted_at,
        list_sort(f.owner_ciks, 'ASC', 'NULLS LAST') AS owner_ciks,
        CASE
            WHEN l.is_derivative AND l.conversion_or_exercise_price IS NOT NULL AND l.expiration_date IS NOT NULL THEN 0
            ELSE hash(security_class(l.security_title))
        END AS class_key,
        hash(lower(regexp_extract(l.underlying_security_title, '^[^,.(]*[A-Za-z]'))) AS underlying_key,
        hash(
            l.direct_or_indirect_ownership,
            lower(regexp_replace(l.nature_of_ownership, '[^A-Za-z0-9]+', ' ', 'g'))
        ) AS manner,
        hash(l.nature_notes) AS manner_notes,
        -- A date after the filing, or from before EDGAR, is mistyped; no transaction is older than the period of report.
        greatest(
            CASE WHEN l.dated BETWEEN DATE '1990-01-01' AND l.filing_date THEN l.dated END,
            CASE WHEN f.period_of_report BETWEEN DATE '1990-01-01' AND l.filing_date THEN f.period_of_report END
        ) AS sound_date,
        coalesce(l.dated BETWEEN DATE '1990-01-01' AND l.filing_date, l.dated IS NULL) AS is_sound,
        coalesce(a.amends, l.accession_number) AS report,
        CASE
            WHEN l.term_notes <> ''
                THEN hash(
                    lower(
                        array_to_string(
                            list_transform(
                                list_sort(list_distinct(string_split(l.term_notes, ','))),
                                lambda id: f.footnote_texts[list_position(f.footnote_ids, id)]
                            ),
                            ' '
                        )
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
-- Of an option with the exercise price or the expiration date alone, the other, if only one option has it.
fitted AS (
    SELECT
        * EXCLUDE (conversion_or_exercise_price, expiration_date),
        coalesce(conversion_or_exercise_price, CASE WHEN lowest_price = highest_price THEN lowest_price END) AS strike,
        coalesce(expiration_date, CASE WHEN first_expiry = last_expiry THEN first_expiry END) AS expiry
    FROM (
        SELECT
            *,
            min(expiration_date) OVER by_price AS first_expiry,
            max(expiration_date) OVER by_price AS last_expiry,
            min(conversion_or_exercise_price) OVER by_expiry AS lowest_price,
            max(conversion_or_exercise_price) OVER by_expiry AS highest_price
        FROM standing
        WHERE is_derivative
        WINDOW
            by_price AS (PARTITION BY issuer_cik, hash(owner_ciks, conversion_or_exercise_price)),
            by_expiry AS (PARTITION BY issuer_cik, hash(owner_ciks, expiration_date))
    )
),
named AS (
    SELECT
        * EXCLUDE (first_expiry, last_expiry, lowest_price, highest_price, strike, expiry),
        CASE
            WHEN strike IS NOT NULL AND expiry IS NOT NULL THEN 'option'
            WHEN terms IS NOT NULL THEN 'noted'
            ELSE 'titled'
        END AS known_by,
        CASE known_by
            WHEN 'option' THEN hash(true, strike, expiry, underlying_key)
            WHEN 'noted' THEN hash(class_key, strike, expiry, terms)
            ELSE hash(class_key, strike, expiry, manner)
        END AS instrument
    FROM fitted
    UNION ALL BY NAME
    SELECT
        * EXCLUDE (conversion_or_exercise_price, expiration_date), 'class' AS known_by, hash(class_key) AS instrument
    FROM standing
    WHERE NOT is_derivative
),
-- A report's date of an instrument is that of its last line. One that cannot be true counts as ten days before the filing.
dated AS (
    SELECT
        *,
        hash(owner_ciks, is_derivative, instrument) AS holding,
        max(coalesce(sound_date, filing_date - 10)) OVER lines_of_report AS report_date,
        max(filing_date) OVER lines_of_report AS report_filed,
        max(accepted_at) OVER lines_of_report AS report_accepted
    FROM named
    WINDOW lines_of_report AS (PARTITION BY issuer_cik, hash(report, owner_ciks, is_derivative, instrument))
),
newest AS (
    SELECT
        *,
        last_value(security_title) OVER (
            reports ROWS BETWEEN UNBOUNDED PRECEDING AND UNBOUNDED FOLLOWING
        ) AS first_title
    FROM dated
    WINDOW reports AS (
        PARTITION BY issuer_cik, holding
        ORDER BY report_date DESC, report_filed DESC, report_accepted DESC NULLS LAST, report DESC
    )
    QUALIFY rank() OVER reports = 1
),
-- The last balance of each line of transactions; every holding.
positions AS (
    SELECT
        *,
        list({'owners': owner_ciks, 'dated': report_date, 'filed': report_filed, 'report': report})
            FILTER (len(owner_ciks) > 1)
            OVER (PARTITION BY issuer_cik, hash(is_derivative, instrument)) AS groups
    FROM newest
    QUALIFY reported_as = 'holding' OR row_number() OVER (
        PARTITION BY
            issuer_cik,
            hash(
                holding, manner, manner_notes, reported_as,
                CASE WHEN known_by = 'titled' THEN hash(accession_number, row_number) END
            )
        ORDER BY is_sound DESC, dated DESC, filing_date DESC, row_number DESC
    ) = 1
),
-- How many positions read as this one does, with and without their footnotes.
told_apart AS (
    SELECT
        *,
        count(*) OVER like_it AS alike,
        count(DISTINCT manner_notes) OVER like_it AS alike_with_notes
    FROM positions
    WHERE NOT coalesce(
        list_bool_or(
            list_transform(
                groups,
                lambda larger: CASE
                    WHEN len(larger.owners) > len(owner_ciks) AND larger.dated >= report_date
                        THEN list_has_all(larger.owners, owner_ciks) AND larger.report <> report
                            AND (larger.dated, larger.filed) > (report_date, report_filed)
                END
            )
        ),
        false
    )
    WINDOW like_it AS (PARTITION BY issuer_cik, hash(holding, manner))
)
SELECT
    p.issuer_cik,
    f.issuer_name,
    f.ticker,
    p.owner_ciks,
    f.owner_names,
    p.is_derivative,
    p.first_title AS security_title,
    p.security_title AS title_as_filed,
    security_class(p.security_title) AS security_class,
    l.conversion_or_exercise_price,
    l.expiration_date,
    l.direct_or_indirect_ownership,
    l.nature_of_ownership,
    coalesce(p.sound_date, p.filing_date) AS as_of,
    CASE
        WHEN p.sound_date IS NULL OR NOT p.is_sound THEN 'uncertain'
        WHEN p.known_by = 'noted' AND p.alike = 1 THEN 'by footnote'
        WHEN p.known_by IN ('noted', 'titled') THEN 'uncertain'
        WHEN p.alike = 1 THEN 'sure'
        WHEN p.alike = p.alike_with_notes THEN 'by footnote'
        ELSE 'uncertain'
    END AS identity,
    l.shares_owned_following_transaction AS shares_owned,
    l.value_owned_following_transaction AS value_owned,
    l.underlying_security_shares,
    p.reported_as,
    f.form_type,
    p.accession_number,
    p.filing_date,
    p.row_number
FROM told_apart p
JOIN lines l
    ON l.issuer_cik = p.issuer_cik AND l.filing_date = p.filing_date AND l.accession_number = p.accession_number
    AND l.is_derivative = p.is_derivative AND l.reported_as = p.reported_as AND l.row_number = p.row_number
JOIN lake_files.filings f
    ON f.issuer_cik = p.issuer_cik AND f.filing_date = p.filing_date AND f.accession_number = p.accession_number
