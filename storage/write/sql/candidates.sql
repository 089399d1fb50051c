-- Which earlier filings may the amendments amend? Of the same issuer and form family, with an owner in common.
-- From: windows (issuer, family, owner, days), after_filings of their issuers. Makes: found.

CREATE OR REPLACE TEMP TABLE found AS
SELECT DISTINCT accession_number
FROM (
    SELECT accession_number, issuer_cik, form_type[1] AS family, filing_date,
        unnest(coalesce(owner_ciks, [NULL::BIGINT])) AS owner_cik
    FROM after_filings
) f
JOIN windows w
    ON w.issuer_cik = f.issuer_cik AND w.family = f.family AND w.owner_cik IS NOT DISTINCT FROM f.owner_cik
    AND f.filing_date BETWEEN w.since AND w.until;
