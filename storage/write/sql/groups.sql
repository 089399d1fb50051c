-- In which groups may this commit change what `superseded` says? A group has one issuer, form family and set of owners, and
-- is named by the lowest CIK of its owners here. It may where a filing is fresh, or its earlier version was, and an amendment
-- was filed on that date or later: only earlier filings decide what an amendment replaces.
-- From: new_filings, new_reporting_owners, before_filings, before_reporting_owners (earlier versions of the fresh ones),
-- after_filings, after_reporting_owners, superseded_before, fresh. Makes: changed_groups, redone (the amendments to be matched
-- again), known (what `superseded` says of their issuers, and all that the commit may change of it).

CREATE OR REPLACE TEMP TABLE touched AS
SELECT issuer_cik, form_type[1] AS family, owner_cik, min(filing_date) AS since
FROM (
    SELECT f.issuer_cik, f.form_type, f.filing_date, o.owner_cik
    FROM new_filings f
    LEFT JOIN (SELECT accession_number, min(owner_cik) AS owner_cik FROM new_reporting_owners GROUP BY ALL) o
        USING (accession_number)
    UNION ALL
    SELECT f.issuer_cik, f.form_type, f.filing_date, o.owner_cik
    FROM (FROM before_filings SEMI JOIN fresh USING (accession_number)) f
    LEFT JOIN (
        SELECT accession_number, min(owner_cik) AS owner_cik
        FROM before_reporting_owners SEMI JOIN fresh USING (accession_number)
        GROUP BY ALL
    ) o USING (accession_number)
)
WHERE issuer_cik IS NOT NULL
GROUP BY ALL;

SET VARIABLE since = (SELECT min(since) FROM touched);

CREATE OR REPLACE TEMP TABLE amendments_since AS
SELECT accession_number, issuer_cik, form_type[1] AS family, filing_date, period_of_report, date_of_original_submission
FROM (FROM after_filings WHERE filing_date >= getvariable('since') AND form_type LIKE '%/A')
SEMI JOIN touched USING (issuer_cik);

CREATE OR REPLACE TEMP TABLE redone AS
SELECT a.*, o.owner_cik
FROM amendments_since a
LEFT JOIN (
    SELECT accession_number, min(owner_cik) AS owner_cik
    FROM (FROM after_reporting_owners WHERE filing_date >= getvariable('since'))
    SEMI JOIN amendments_since USING (accession_number)
    GROUP BY ALL
) o USING (accession_number)
JOIN touched t
    ON t.issuer_cik = a.issuer_cik AND t.family = a.family AND t.owner_cik IS NOT DISTINCT FROM o.owner_cik
    AND a.filing_date >= t.since;

CREATE OR REPLACE TEMP TABLE changed_groups AS SELECT DISTINCT issuer_cik, family, owner_cik FROM redone;

CREATE OR REPLACE TEMP TABLE known AS
SELECT *
FROM (
    SELECT *, superseded_by IN (SELECT accession_number FROM redone UNION ALL FROM fresh) OR accession_number IN (FROM fresh)
        AS matched_again
    FROM superseded_before
)
WHERE matched_again OR issuer_cik IN (SELECT issuer_cik FROM changed_groups);
