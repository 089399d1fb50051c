-- Which filings stand, and which has an amendment replaced? Every filing, once; one that was amended is marked and names
-- the amendment.
-- @superseded_by: The latest amendment of it, in whole or in part; NULL if there is none.
-- @superseded_reason: amended: no row of it stands; amended in part: some do; amended by text: an amendment without rows, or one that says it is void, is for a person to read.
-- @superseded_count: How many amendments there are of it.
-- @amended_by_text: Whether only the text of an amendment says what it changes, which replaces nothing by itself.
-- @is_current: False where amendments have replaced all of it.
-- @is_withdrawn: Whether EDGAR no longer lists the filing: it was taken back.
SELECT
    f.*,
    a.superseded_by,
    CASE
        WHEN w.superseded_by IS NOT NULL THEN 'amended'
        WHEN a.amended_by_text THEN 'amended by text'
        WHEN a.superseded_by IS NOT NULL THEN 'amended in part'
    END AS superseded_reason,
    coalesce(a.superseded_count, 0) AS superseded_count,
    coalesce(a.amended_by_text, false) AS amended_by_text,
    w.superseded_by IS NULL AS is_current,
    d.accession_number IS NOT NULL AS is_withdrawn
FROM filings f
LEFT JOIN (
    SELECT
        accession_number, filing_date, issuer_cik,
        arg_max(superseded_by, (coalesce(amended_on, filing_date), superseded_by)) AS superseded_by,
        count(DISTINCT superseded_by) AS superseded_count,
        bool_or(by_text) AS amended_by_text
    FROM (
        SELECT
            amends AS accession_number, amends_filing_date AS filing_date, issuer_cik,
            accession_number AS superseded_by, filing_date AS amended_on, by_text
        FROM amendments
        WHERE amends IS NOT NULL
        UNION
        SELECT accession_number, filing_date, issuer_cik, superseded_by, superseded_on, false
        FROM superseded
    )
    GROUP BY accession_number, filing_date, issuer_cik
) a ON a.accession_number = f.accession_number AND a.filing_date = f.filing_date AND a.issuer_cik = f.issuer_cik
LEFT JOIN (
    SELECT accession_number, filing_date, issuer_cik, max(superseded_by) AS superseded_by
    FROM superseded
    WHERE table_name IS NULL AND reason <> 'holdings amended'
    GROUP BY accession_number, filing_date, issuer_cik
) w ON w.accession_number = f.accession_number AND w.filing_date = f.filing_date AND w.issuer_cik = f.issuer_cik
LEFT JOIN withdrawn_filings d ON d.accession_number = f.accession_number
