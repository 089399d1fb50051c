-- Those of them that share an owner with such a filing.
-- From: amending, touched, after_reporting_owners of their files. Makes: redone.

CREATE OR REPLACE TEMP TABLE redone AS
SELECT DISTINCT a.accession_number
FROM (
    SELECT f.*, o.owner_cik
    FROM amending f
    LEFT JOIN (FROM after_reporting_owners WHERE filing_date >= getvariable('since')) o USING (accession_number)
) a
JOIN touched t
    ON t.issuer_cik IS NOT DISTINCT FROM a.issuer_cik AND t.family = a.family
    AND t.owner_cik IS NOT DISTINCT FROM a.owner_cik AND a.filing_date >= t.since;
