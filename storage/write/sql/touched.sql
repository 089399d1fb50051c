-- Which amendments may this commit change the meaning of? Those that share an owner with a fresh filing, or with its earlier
-- version, of the same issuer and form family, and were filed on its date or later: only earlier filings decide.
-- From: new_filings, before_filings (earlier versions of the fresh ones), after_filings, fresh. Makes: touched, redone.

CREATE OR REPLACE TEMP TABLE touched AS
SELECT issuer_cik, family, owner_cik, min(filing_date) AS since
FROM (
    SELECT issuer_cik, form_type[1] AS family, filing_date, unnest(coalesce(owner_ciks, [NULL::BIGINT])) AS owner_cik
    FROM (FROM new_filings UNION ALL BY NAME (FROM before_filings SEMI JOIN fresh USING (accession_number)))
)
GROUP BY ALL;

SET VARIABLE since = (SELECT min(since) FROM touched);

CREATE OR REPLACE TEMP TABLE redone AS
SELECT DISTINCT a.accession_number
FROM (
    SELECT accession_number, issuer_cik, form_type[1] AS family, filing_date,
        unnest(coalesce(owner_ciks, [NULL::BIGINT])) AS owner_cik
    FROM after_filings
    WHERE filing_date >= getvariable('since') AND form_type LIKE '%/A'
) a
JOIN touched t
    ON t.issuer_cik IS NOT DISTINCT FROM a.issuer_cik AND t.family = a.family
    AND t.owner_cik IS NOT DISTINCT FROM a.owner_cik AND a.filing_date >= t.since;
