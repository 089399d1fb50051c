-- In which issuers and form families may this commit change what `superseded` says? Those with an amendment on or after the
-- date of a filing that is fresh, or of its earlier version.
-- From: new_filings, before_filings (earlier versions of the fresh ones), after_filings, fresh. Makes: families.

CREATE OR REPLACE TEMP TABLE touched AS
SELECT issuer_cik, form_type[1] AS family, min(filing_date) AS since
FROM (
    SELECT issuer_cik, form_type, filing_date FROM new_filings
    UNION ALL
    SELECT b.issuer_cik, b.form_type, b.filing_date FROM before_filings b SEMI JOIN fresh USING (accession_number)
)
WHERE issuer_cik IS NOT NULL
GROUP BY ALL;

SET VARIABLE since = (SELECT min(since) FROM touched);

CREATE OR REPLACE TEMP TABLE families AS
SELECT DISTINCT f.issuer_cik, f.form_type[1] AS family
FROM after_filings f JOIN touched t ON t.issuer_cik = f.issuer_cik AND t.family = f.form_type[1]
WHERE f.filing_date >= getvariable('since') AND f.form_type LIKE '%/A' AND f.filing_date >= t.since;
