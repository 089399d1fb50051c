-- Which Forms 4 came late? One row a filing with a transaction that was filed more than two business days after it: a
-- Form 4 is due before the end of the second business day following the transaction (Section 16(a)(2), since
-- 2002-08-29). Counted from the deemed execution date where one is given, as Rule 16a-3(g) has it, else from the
-- transaction date; `business_days` says which days count. Left out: amendments, which report again; rows reported
-- early that are due on Form 5 only; rows without a date; transactions before 2002-08-29, which had until the tenth
-- of the next month. A filing that was amended later stays, for it was late all the same.
-- @first_transaction_date: Date of the earliest of its late transactions, from which days are counted.
-- @due_date: The second business day after it.
-- @business_days_late: Business days from the due date to the filing date.
-- @late_transactions: How many of its transactions are late.
-- @transactions: How many transactions it has, in both tables.
-- @said_to_be_late: Whether the filing marks one of its transactions as late (timeliness L).
-- @owner_ciks: CIKs of the filing's owners, in its order.
-- @owner_names: Names of the filing's owners, in its order.
WITH calendar AS MATERIALIZED (SELECT day, is_business_day, business_day_number FROM business_days),
late AS (
    SELECT
        t.accession_number, t.filing_date, t.issuer_cik,
        any_value(t.form_type) AS form_type,
        any_value(t.issuer_name) AS issuer_name,
        any_value(t.ticker) AS ticker,
        any_value(t.owner_ciks) AS owner_ciks,
        any_value(t.owner_names) AS owner_names,
        min(coalesce(t.deemed_execution_date, t.transaction_date)) FILTER (
            f.business_day_number - d.business_day_number > 2 AND coalesce(t.transaction_form_type, '4') <> '5'
        ) AS first_transaction_date,
        count(*) FILTER (
            f.business_day_number - d.business_day_number > 2 AND coalesce(t.transaction_form_type, '4') <> '5'
        ) AS late_transactions,
        count(*) AS transactions,
        coalesce(bool_or(t.transaction_timeliness = 'L'), false) AS said_to_be_late,
        any_value(t.is_amended) AS is_amended
    FROM trades t
    JOIN calendar f ON f.day = t.filing_date
    LEFT JOIN calendar d
        ON d.day = coalesce(t.deemed_execution_date, t.transaction_date) AND d.day >= DATE '2002-08-29'
    WHERE t.form_type = '4'
    GROUP BY t.accession_number, t.filing_date, t.issuer_cik
    HAVING late_transactions > 0
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
    f.business_day_number - due.business_day_number AS business_days_late,
    l.late_transactions,
    l.transactions,
    l.said_to_be_late,
    l.is_amended
FROM late l
JOIN calendar f ON f.day = l.filing_date
JOIN calendar d ON d.day = l.first_transaction_date
JOIN calendar due ON due.business_day_number = d.business_day_number + 2 AND due.is_business_day
