-- Which filings decide what `superseded` says after this commit? All amendments of the groups, and the filings that one of
-- these amendments could mean.
-- From: changed_groups; after_filings and after_reporting_owners of their issuers. Makes: concerned.

CREATE OR REPLACE TEMP TABLE owners_after AS
SELECT accession_number, min(owner_cik) AS owner_cik, list(owner_cik) AS owner_ciks
FROM after_reporting_owners
GROUP BY accession_number;

CREATE OR REPLACE TEMP TABLE members AS
SELECT f.*, o.owner_cik, coalesce(o.owner_ciks, []) AS owner_ciks
FROM (
    SELECT accession_number, form_type, filing_date, accepted_at, period_of_report, date_of_original_submission,
        issuer_cik, form_type[1] AS family
    FROM after_filings
) f
LEFT JOIN owners_after o USING (accession_number)
JOIN changed_groups g
    ON g.issuer_cik = f.issuer_cik AND g.family = f.family AND g.owner_cik IS NOT DISTINCT FROM o.owner_cik;

CREATE OR REPLACE TEMP TABLE concerned AS
WITH amendments AS (SELECT * FROM members WHERE form_type LIKE '%/A')
SELECT * FROM members
SEMI JOIN (
    SELECT accession_number FROM amendments
    UNION
    SELECT f.accession_number
    FROM members f JOIN amendments a
        ON a.issuer_cik = f.issuer_cik AND a.family = f.family AND a.owner_cik IS NOT DISTINCT FROM f.owner_cik
    WHERE f.filing_date <= a.filing_date AND (
        abs(f.filing_date - a.date_of_original_submission) <= 4
        OR abs(f.period_of_report - a.date_of_original_submission) <= 4
        OR (a.date_of_original_submission IS NULL AND f.period_of_report = a.period_of_report)
    )
) USING (accession_number);
