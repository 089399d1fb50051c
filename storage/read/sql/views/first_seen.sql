-- When did the lake have each filing, and how long after EDGAR had accepted it? Filings of lakes of older versions are
-- there without these times.
-- @first_seen_at: When the lake had the filing first; NULL in lakes of older versions.
-- @first_seen_in: The version of the lake that had the filing first.
-- @minutes: From the acceptance to then.
SELECT
    accession_number,
    filing_date,
    form_type,
    issuer_cik,
    issuer_name,
    accepted_at,
    first_seen_at,
    first_seen_in,
    (epoch(first_seen_at) - epoch(accepted_at)) / 60 AS minutes
FROM lake_files.filings
-- As the table `filings` has it.
WHERE getvariable('as_of') IS NULL
    OR coalesce(accepted_at, (filing_date + 1)::TIMESTAMP AT TIME ZONE 'America/New_York')
        <= getvariable('as_of')::TIMESTAMPTZ
