-- The filings of both sides, and those of one side alone, each with its reason where there is one.
-- From: filings, index_days, quarantine, business_days, a SELECT each; first and last, the days of the quarter.
CREATE TABLE theirs_filings AS
SELECT DISTINCT ON (accession_number)
    plain(ACCESSION_NUMBER) AS accession_number,
    try_strptime(FILING_DATE, '%d-%b-%Y')::DATE AS filing_date,
    DOCUMENT_TYPE AS form_type
FROM read_SUBMISSION;

CREATE TABLE ours_filings AS
SELECT accession_number, filing_date, accepted_at, source_format
FROM ({filings})
WHERE source_format IS DISTINCT FROM 'dataset'
    AND (
        filing_date BETWEEN DATE '{first}' AND DATE '{last}'
        OR accession_number IN (SELECT accession_number FROM theirs_filings)
    );

CREATE VIEW index_days AS {index_days};
CREATE TABLE quarter AS
SELECT max(day) AS last_day
FROM ({business_days})
WHERE is_business_day AND day BETWEEN DATE '{first}' AND DATE '{last}';

CREATE TABLE one_sided AS
SELECT
    o.accession_number,
    o.filing_date,
    'only here' AS held,
    CASE
        WHEN o.source_format <> 'xml' THEN 'not filed as XML'
        WHEN o.filing_date = (SELECT last_day FROM quarter)
            AND coalesce(timezone('America/New_York', o.accepted_at)::TIME > TIME '17:30', true)
            THEN 'accepted after 17:30 of the last business day'
    END AS reason
FROM ours_filings o
ANTI JOIN theirs_filings USING (accession_number)
UNION ALL
SELECT
    t.accession_number,
    t.filing_date,
    'only there' AS held,
    CASE
        WHEN q.accession_number IS NOT NULL THEN 'in quarantine'
        WHEN d.index_date IS NULL OR NOT list_contains(string_split(d.forms, ','), t.form_type)
            THEN 'not fetched yet'
    END AS reason
FROM theirs_filings t
ANTI JOIN ours_filings USING (accession_number)
LEFT JOIN (SELECT DISTINCT accession_number FROM ({quarantine})) q USING (accession_number)
LEFT JOIN (SELECT index_date, forms FROM index_days WHERE state = 'whole') d ON d.index_date = t.filing_date;

CREATE TABLE differences (
    accession_number VARCHAR,
    table_name VARCHAR,
    our_key BIGINT,
    their_key VARCHAR,
    column_name VARCHAR,
    ours VARCHAR,
    theirs VARCHAR,
    verdict VARCHAR
);
CREATE TABLE agreement (table_name VARCHAR, column_name VARCHAR, verdict VARCHAR, cells BIGINT);
