-- Where are the filings that the redone amendments may mean? By issuer and dates alone, for those are quickly read.
-- From: redone, after_filings of their issuers. Makes: meant_filings (more than are meant), members (empty).

-- The days that a filing, its period or its own date of original submission may have to be meant: those near an amendment's
-- date of original submission, or its period; and the day of the amendment, so that it is found itself.
CREATE OR REPLACE TEMP TABLE meant AS
SELECT DISTINCT issuer_cik, unnest(
    [filing_date] || CASE WHEN date_of_original_submission IS NULL THEN [period_of_report]
        ELSE list_transform(range(-4, 5), lambda n: date_of_original_submission + n::INTEGER) END
) AS day
FROM redone;

-- Three joins, for each of them skips the row groups of other dates.
CREATE OR REPLACE TEMP TABLE meant_filings AS
SELECT f.issuer_cik, f.filing_date, f.filename
FROM after_filings f SEMI JOIN meant m ON m.issuer_cik = f.issuer_cik AND m.day = f.filing_date
UNION
SELECT f.issuer_cik, f.filing_date, f.filename
FROM after_filings f SEMI JOIN meant m ON m.issuer_cik = f.issuer_cik AND m.day = f.period_of_report
UNION
SELECT f.issuer_cik, f.filing_date, f.filename
FROM after_filings f SEMI JOIN meant m ON m.issuer_cik = f.issuer_cik AND m.day = f.date_of_original_submission;

CREATE OR REPLACE TEMP TABLE members (
    accession_number VARCHAR, form_type VARCHAR, filing_date DATE, accepted_at TIMESTAMPTZ, period_of_report DATE,
    date_of_original_submission DATE, issuer_cik BIGINT, owner_ciks BIGINT[], filename VARCHAR
);
