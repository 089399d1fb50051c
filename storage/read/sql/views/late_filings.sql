-- Which Forms 4 came late? One row a filing with a transaction that was reported after it was due: before the end of the
-- second business day after it (Section 16(a)(2)(C), since 2002-08-29). Counted from the transaction date, or from the
-- deemed execution date of a discretionary transaction or one under a plan, which is at most the third business day after
-- the trade (Rule 16a-3(g)); `business_days` says which days count. One row of a filing may be late and another not.
-- Not late, because they may wait for Form 5: gifts (G) before 2023-02-27 (Release 33-11138); acquisitions by will (W),
-- small ones (L, Rule 16a-6), deposits into voting trusts (Z), expirations (E, H), and what is marked for Form 5 or as
-- early (timeliness E), whatever form type is typed (Rule 16a-3(f)). Not late either: trades of the six months before
-- the owner became subject to Section 16, due with the first Form 4 (Rule 16a-2(a)). Left out: amendments, which report
-- again, withdrawn filings, rows without a date. A filing that was amended later stays: it was late all the same.
-- @first_transaction_date: Date of the earliest of its late transactions, from which days are counted.
-- @due_date: The second business day after it.
-- @business_days_late: Business days from the due date to the filing date.
-- @late_transactions: How many of its transactions are late.
-- @transactions: How many transactions it has, in both tables.
-- @said_to_be_late: Whether the filing marks one of its transactions as late (timeliness L).
-- @is_amended: Whether amendments have replaced all its late transactions.
-- @owner_ciks: CIKs of the filing's owners, in its order.
-- @owner_names: Names of the filing's owners, in its order.
WITH calendar AS MATERIALIZED (SELECT day, is_business_day, business_day_number FROM business_days),
counted AS (
    SELECT
        t.accession_number, t.filing_date, t.form_type, t.issuer_cik, t.issuer_name, t.ticker, t.owner_ciks,
        t.owner_names, t.is_amended, t.transaction_date, t.transaction_timeliness,
        -- A deemed execution date counts where it follows the trade, and for three business days at most.
        d.business_day_number
        + greatest(0, least(coalesce(e.business_day_number - d.business_day_number, 0), 3)) AS from_number,
        CASE
            WHEN e.business_day_number BETWEEN d.business_day_number + 1 AND d.business_day_number + 3
                THEN t.deemed_execution_date
            ELSE t.transaction_date
        END AS counted_date,
        f.business_day_number AS filed_number,
        NOT (
            (t.transaction_code = 'G' AND t.transaction_date < DATE '2023-02-27')
            OR t.transaction_code IN ('W', 'L', 'Z', 'E', 'H', 'V')
            OR t.transaction_form_type IS NOT DISTINCT FROM '5'
            OR t.transaction_timeliness IS NOT DISTINCT FROM 'E'
        ) AS is_due
    FROM trades t
    JOIN calendar f ON f.day = t.filing_date
    LEFT JOIN calendar d ON d.day = t.transaction_date AND d.day >= DATE '2002-08-29'
    LEFT JOIN calendar e ON e.day = t.deemed_execution_date
    WHERE t.form_type = '4' AND NOT t.is_withdrawn
),
late AS (
    SELECT
        accession_number, filing_date, issuer_cik, ticker,
        any_value(form_type) AS form_type,
        any_value(issuer_name) AS issuer_name,
        any_value(owner_ciks) AS owner_ciks,
        any_value(owner_names) AS owner_names,
        min(from_number) FILTER (is_late) AS from_number,
        min(counted_date) FILTER (is_late) AS first_transaction_date,
        any_value(filed_number) AS filed_number,
        count(*) FILTER (is_late) AS late_transactions,
        count(*) AS transactions,
        coalesce(bool_or(transaction_timeliness = 'L'), false) AS said_to_be_late,
        coalesce(bool_and(is_amended) FILTER (is_late), false) AS is_amended
    FROM (
        SELECT c.*, coalesce(is_due AND filed_number - from_number > 2 AND s.subject_since IS NULL, false) AS is_late
        FROM counted c
        -- Trades before the owner's Form 3, of the six months before its event.
        LEFT JOIN (
            SELECT issuer_cik, owner_cik, min(period_of_report) AS subject_since
            FROM (
                SELECT issuer_cik, period_of_report, unnest(owner_ciks) AS owner_cik
                FROM lake_files.filings
                WHERE form_type = '3'
            )
            GROUP BY issuer_cik, owner_cik
        ) s
            ON s.issuer_cik = c.issuer_cik AND s.owner_cik = c.owner_ciks[1]
            AND c.transaction_date < s.subject_since AND c.transaction_date >= s.subject_since - INTERVAL 6 MONTH
            AND c.filing_date >= s.subject_since
    )
    GROUP BY accession_number, filing_date, issuer_cik, ticker
    HAVING count(*) FILTER (is_late) > 0
)
SELECT
    l.accession_number,
    l.filing_date,
    l.form_type,
    l.issuer_cik,
    l.issuer_name,
    l.ticker,
    l.owner_ciks,
    l.owner_names,
    l.first_transaction_date,
    due.day AS due_date,
    l.filed_number - due.business_day_number AS business_days_late,
    l.late_transactions,
    l.transactions,
    l.said_to_be_late,
    l.is_amended
FROM late l
JOIN calendar due ON due.business_day_number = l.from_number + 2 AND due.is_business_day
