-- Which filings decide what `superseded` says after this commit? All amendments of the families, and the filings that one of
-- these amendments could mean.
-- From: families; after_filings and after_reporting_owners of their issuers. Makes: concerned.

CREATE OR REPLACE TEMP TABLE amended_families AS
SELECT f.* EXCLUDE (family)
FROM (
    SELECT accession_number, form_type, filing_date, accepted_at, period_of_report, date_of_original_submission,
        issuer_cik, form_type[1] AS family
    FROM after_filings
) f
SEMI JOIN families USING (issuer_cik, family);

CREATE OR REPLACE TEMP TABLE concerned AS
WITH amendments AS (SELECT * FROM amended_families WHERE form_type LIKE '%/A'),
meant AS (
    SELECT accession_number FROM amendments
    UNION
    SELECT f.accession_number
    FROM amended_families f JOIN amendments a ON a.issuer_cik = f.issuer_cik AND a.form_type[1] = f.form_type[1]
    WHERE f.filing_date <= a.filing_date AND (
        abs(f.filing_date - a.date_of_original_submission) <= 4
        OR abs(f.period_of_report - a.date_of_original_submission) <= 4
        OR (a.date_of_original_submission IS NULL AND f.period_of_report = a.period_of_report)
    )
),
owners AS (
    SELECT accession_number, list(owner_cik) AS owner_ciks
    FROM after_reporting_owners
    WHERE accession_number IN (SELECT accession_number FROM meant)
    GROUP BY accession_number
)
SELECT f.*, coalesce(o.owner_ciks, []) AS owner_ciks
FROM amended_families f SEMI JOIN meant USING (accession_number) LEFT JOIN owners o USING (accession_number);
