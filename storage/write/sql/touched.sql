-- Which amendments may this commit change the meaning of, their owners apart? Those of the issuer and form family of a fresh
-- filing, or of its earlier version, that were filed on its date or later: only earlier filings decide.
-- From: new_filings, new_reporting_owners, before_filings, before_reporting_owners (earlier versions of the fresh ones),
-- after_filings, fresh. Makes: touched, amending.

CREATE OR REPLACE TEMP TABLE touched AS
SELECT issuer_cik, form_type[1] AS family, owner_cik, min(filing_date) AS since
FROM (
    SELECT f.issuer_cik, f.form_type, f.filing_date, o.owner_cik
    FROM new_filings f
    LEFT JOIN new_reporting_owners o USING (accession_number)
    UNION ALL
    SELECT f.issuer_cik, f.form_type, f.filing_date, o.owner_cik
    FROM (FROM before_filings SEMI JOIN fresh USING (accession_number)) f
    LEFT JOIN (FROM before_reporting_owners SEMI JOIN fresh USING (accession_number)) o USING (accession_number)
)
GROUP BY ALL;

SET VARIABLE since = (SELECT min(since) FROM touched);

CREATE OR REPLACE TEMP TABLE amending AS
SELECT f.accession_number, f.issuer_cik, f.form_type[1] AS family, f.filing_date, f.filename
FROM (FROM after_filings WHERE filing_date >= getvariable('since') AND form_type LIKE '%/A') f
SEMI JOIN touched t
    ON t.issuer_cik IS NOT DISTINCT FROM f.issuer_cik AND t.family = f.form_type[1] AND f.filing_date >= t.since;
