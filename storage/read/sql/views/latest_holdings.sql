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
WITH issuers AS (
    SELECT issuer_cik, ticker AS asked
    FROM filings
    WHERE issuer_cik IS NOT NULL
    GROUP BY ALL
    -- Always true: DuckDB takes them for few then, and reads the other tables by them.
    HAVING count(*) > 0 AND max(issuer_cik) = issuer_cik
),
-- Each position is worked out for each ticker that its issuer ever had, and kept where that is its own: so a filter on the
-- ticker reaches the files, as one on the issuer does. Joined to each table, so that it is the first to be joined.
lines AS NOT MATERIALIZED (
    SELECT
        accession_number, filing_date, issuer_cik, asked, ticker, row_number, false AS is_derivative, false AS is_holding,
        transaction_date AS dated, security_title, NULL::DECIMAL(20,4) AS conversion_or_exercise_price, NULL::DATE AS expiration_date,
        holder, CASE WHEN holder < 0 THEN list_sort(owner_ciks, 'ASC', 'NULLS LAST') END AS owners, security_class,
        manner, underlying, terms, accepted_at, period_of_report,
        shares_owned_following_transaction IS NOT NULL OR value_owned_following_transaction IS NOT NULL AS says_balance,
        nullif(concat_ws(',', direct_or_indirect_ownership_fn, nature_of_ownership_fn), '') AS manner_notes
    FROM lake_files.whole_non_derivative_transactions
    JOIN issuers USING (issuer_cik)
    UNION ALL
    SELECT
        accession_number, filing_date, issuer_cik, asked, ticker, row_number, true AS is_derivative, false AS is_holding,
        transaction_date AS dated, security_title, conversion_or_exercise_price, expiration_date,
        holder, CASE WHEN holder < 0 THEN list_sort(owner_ciks, 'ASC', 'NULLS LAST') END AS owners, security_class,
        manner, underlying, terms, accepted_at, period_of_report,
        shares_owned_following_transaction IS NOT NULL OR value_owned_following_transaction IS NOT NULL AS says_balance,
        nullif(concat_ws(',', direct_or_indirect_ownership_fn, nature_of_ownership_fn), '') AS manner_notes
    FROM lake_files.whole_derivative_transactions
    JOIN issuers USING (issuer_cik)
    UNION ALL
    SELECT
        accession_number, filing_date, issuer_cik, asked, ticker, row_number, false AS is_derivative, true AS is_holding,
        NULL::DATE AS dated, security_title, NULL::DECIMAL(20,4) AS conversion_or_exercise_price, NULL::DATE AS expiration_date,
        holder, CASE WHEN holder < 0 THEN list_sort(owner_ciks, 'ASC', 'NULLS LAST') END AS owners, security_class,
        manner, underlying, terms, accepted_at, period_of_report,
        shares_owned_following_transaction IS NOT NULL OR value_owned_following_transaction IS NOT NULL AS says_balance,
        nullif(concat_ws(',', direct_or_indirect_ownership_fn, nature_of_ownership_fn), '') AS manner_notes
    FROM lake_files.whole_non_derivative_holdings
    JOIN issuers USING (issuer_cik)
    UNION ALL
    SELECT
        accession_number, filing_date, issuer_cik, asked, ticker, row_number, true AS is_derivative, true AS is_holding,
        NULL::DATE AS dated, security_title, conversion_or_exercise_price, expiration_date,
        holder, CASE WHEN holder < 0 THEN list_sort(owner_ciks, 'ASC', 'NULLS LAST') END AS owners, security_class,
        manner, underlying, terms, accepted_at, period_of_report,
        shares_owned_following_transaction IS NOT NULL OR value_owned_following_transaction IS NOT NULL AS says_balance,
        nullif(concat_ws(',', direct_or_indirect_ownership_fn, nature_of_ownership_fn), '') AS manner_notes
    FROM lake_files.whole_derivative_holdings
    JOIN issuers USING (issuer_cik)
),
-- One narrow row a line that stands.
standing AS NOT MATERIALIZED (
    SELECT
        l.* EXCLUDE (period_of_report, security_class, manner_notes, says_balance),
        CASE WHEN conversion_or_exercise_price IS NULL OR expiration_date IS NULL THEN hash(security_class) END AS class_key,
        hash(manner_notes) AS manner_notes,
        -- A date after the filing, or from before EDGAR, is mistyped; no transaction is older than the period of report.
        greatest(
            CASE WHEN l.dated BETWEEN DATE '1990-01-01' AND l.filing_date THEN l.dated END,
            CASE WHEN l.period_of_report BETWEEN DATE '1990-01-01' AND l.filing_date THEN l.period_of_report END
        ) AS sound_date,
        coalesce(l.dated BETWEEN DATE '1990-01-01' AND l.filing_date, l.dated IS NULL) AS is_sound,
        coalesce(a.amends, l.accession_number) AS report
    FROM lines l
    LEFT JOIN (
        SELECT accession_number, filing_date, issuer_cik, min(amends) AS amends
        FROM amendments GROUP BY accession_number, filing_date, issuer_cik
    ) a ON a.accession_number = l.accession_number AND a.filing_date = l.filing_date AND a.issuer_cik = l.issuer_cik
    ANTI JOIN (FROM superseded WHERE table_name IS NOT NULL) s
        ON s.accession_number = l.accession_number AND s.filing_date = l.filing_date AND s.issuer_cik = l.issuer_cik
        AND s.row_number = l.row_number
        AND s.table_name = concat(
            CASE WHEN l.is_derivative THEN '' ELSE 'non_' END, 'derivative_',
            CASE WHEN l.is_holding THEN 'holdings' ELSE 'transactions' END
        )
    -- What older versions of this program wrote: filings, not rows.
    ANTI JOIN (FROM superseded WHERE table_name IS NULL) old
        ON old.accession_number = l.accession_number AND old.filing_date = l.filing_date
        AND old.issuer_cik = l.issuer_cik AND (old.reason <> 'holdings amended' OR l.is_holding)
    ANTI JOIN withdrawn_filings w ON w.accession_number = l.accession_number
    WHERE l.holder IS NOT NULL AND (l.says_balance OR l.is_holding)
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
            by_price AS (PARTITION BY issuer_cik, asked, hash(holder, conversion_or_exercise_price)),
            by_expiry AS (PARTITION BY issuer_cik, asked, hash(holder, expiration_date))
    )
),
named AS (
    SELECT
        * EXCLUDE (first_expiry, last_expiry, lowest_price, highest_price, strike, expiry, class_key, underlying, terms),
        CASE
            WHEN strike IS NOT NULL AND expiry IS NOT NULL THEN 'option'
            WHEN terms IS NOT NULL THEN 'noted'
            ELSE 'titled'
        END AS known_by,
        CASE known_by
            WHEN 'option' THEN hash(true, strike, expiry, underlying)
            WHEN 'noted' THEN hash(class_key, strike, expiry, terms)
            ELSE hash(class_key, strike, expiry, manner)
        END AS instrument
    FROM fitted
    UNION ALL BY NAME
    SELECT
        * EXCLUDE (conversion_or_exercise_price, expiration_date, class_key, underlying, terms),
        'class' AS known_by, hash(class_key) AS instrument
    FROM standing
    WHERE NOT is_derivative
),
-- A report's date of an instrument is that of its last line. One that cannot be true counts as ten days before the filing.
dated AS (
    SELECT
        *,
        hash(holder, is_derivative, instrument) AS holding,
        max(coalesce(sound_date, filing_date - 10)) OVER lines_of_report AS report_date,
        max(filing_date) OVER lines_of_report AS report_filed,
        max(accepted_at) OVER lines_of_report AS report_accepted
    FROM named
    WINDOW lines_of_report AS (PARTITION BY issuer_cik, asked, hash(report, holder, is_derivative, instrument))
),
newest AS (
    SELECT
        *,
        last_value(security_title) OVER (
            reports ROWS BETWEEN UNBOUNDED PRECEDING AND UNBOUNDED FOLLOWING
        ) AS first_title
    FROM dated
    WINDOW reports AS (
        PARTITION BY issuer_cik, asked, holding
        ORDER BY report_date DESC, report_filed DESC, report_accepted DESC NULLS LAST, report DESC
    )
    QUALIFY rank() OVER reports = 1
),
-- The last balance of each line of transactions; every holding. A position of several owners is there once for each of
-- them, so that each owner's positions see the reports of groups that the owner belongs to.
positions AS (
    SELECT *, coalesce(owners[place], holder) AS owner
    FROM (
        SELECT *, unnest(range(1, coalesce(len(owners), 1) + 1)) AS place
        FROM newest
        QUALIFY is_holding OR row_number() OVER (
            PARTITION BY
                issuer_cik, asked,
                hash(
                    holding, manner, manner_notes, is_holding,
                    CASE WHEN known_by = 'titled' THEN hash(accession_number, row_number) END
                )
            ORDER BY is_sound DESC, dated DESC, filing_date DESC, row_number DESC
        ) = 1
    )
),
replaced AS (
    SELECT
        *,
        list({'owners': owners, 'dated': report_date, 'filed': report_filed, 'report': report})
            FILTER (owners IS NOT NULL)
            OVER (PARTITION BY issuer_cik, asked, hash(instrument, owner)) AS groups
    FROM positions
),
-- How many positions read as this one does, with and without their footnotes.
told_apart AS (
    SELECT
        *,
        count(*) OVER like_it AS alike,
        count(DISTINCT manner_notes) OVER like_it AS alike_with_notes
    FROM replaced
    WHERE place = 1 AND NOT coalesce(
        list_bool_or(
            list_transform(
                groups,
                lambda larger: len(larger.owners) > coalesce(len(owners), 1) AND larger.report <> report
                    AND (larger.dated, larger.filed) > (report_date, report_filed)
                    AND list_has_all(larger.owners, coalesce(owners, [holder]))
            )
        ),
        false
    )
    WINDOW like_it AS (PARTITION BY issuer_cik, asked, hash(holding, manner))
)
SELECT
    p.issuer_cik,
    l.issuer_name,
    p.asked AS ticker,
    list_sort(l.owner_ciks, 'ASC', 'NULLS LAST') AS owner_ciks,
    l.owner_names,
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
    CASE WHEN p.is_holding THEN 'holding' ELSE 'transaction' END AS reported_as,
    l.form_type,
    p.accession_number,
    p.filing_date,
    p.row_number
FROM told_apart p
JOIN (
    SELECT
        accession_number, filing_date, issuer_cik, row_number, false AS is_derivative, false AS is_holding, NULL::DECIMAL(20,4) AS conversion_or_exercise_price, NULL::DATE AS expiration_date, NULL::DECIMAL(20,4) AS underlying_security_shares,
        direct_or_indirect_ownership, nature_of_ownership, shares_owned_following_transaction,
        value_owned_following_transaction, issuer_name, owner_ciks, owner_names, form_type
    FROM lake_files.whole_non_derivative_transactions
    UNION ALL
    SELECT
        accession_number, filing_date, issuer_cik, row_number, true AS is_derivative, false AS is_holding, conversion_or_exercise_price, expiration_date, NULL::DECIMAL(20,4) AS underlying_security_shares,
        direct_or_indirect_ownership, nature_of_ownership, shares_owned_following_transaction,
        value_owned_following_transaction, issuer_name, owner_ciks, owner_names, form_type
    FROM lake_files.whole_derivative_transactions
    UNION ALL
    SELECT
        accession_number, filing_date, issuer_cik, row_number, false AS is_derivative, true AS is_holding, NULL::DECIMAL(20,4) AS conversion_or_exercise_price, NULL::DATE AS expiration_date, NULL::DECIMAL(20,4) AS underlying_security_shares,
        direct_or_indirect_ownership, nature_of_ownership, shares_owned_following_transaction,
        value_owned_following_transaction, issuer_name, owner_ciks, owner_names, form_type
    FROM lake_files.whole_non_derivative_holdings
    UNION ALL
    SELECT
        accession_number, filing_date, issuer_cik, row_number, true AS is_derivative, true AS is_holding, conversion_or_exercise_price, expiration_date, underlying_security_shares,
        direct_or_indirect_ownership, nature_of_ownership, shares_owned_following_transaction,
        value_owned_following_transaction, issuer_name, owner_ciks, owner_names, form_type
    FROM lake_files.whole_derivative_holdings
) l
    ON l.issuer_cik = p.issuer_cik AND l.filing_date = p.filing_date AND l.accession_number = p.accession_number
    AND l.is_derivative = p.is_derivative AND l.is_holding = p.is_holding AND l.row_number = p.row_number
WHERE p.ticker IS NOT DISTINCT FROM p.asked
