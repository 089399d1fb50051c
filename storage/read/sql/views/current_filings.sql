-- Which filings stand, and which has an amendment replaced? Every filing, once; a superseded one is
-- marked and names its successor.
-- @superseded_by: The latest amendment that replaces all of it; else the latest of its holdings; NULL if none does.
-- @superseded_reason: amended: all of it is replaced; holdings amended: its transactions stand.
-- @superseded_count: How many amendments replace it, in whole or in part.
-- @is_current: False where an amendment has replaced all of it.
SELECT
    f.*,
    s.superseded_by,
    s.superseded_reason,
    coalesce(s.superseded_count, 0) AS superseded_count,
    coalesce(s.superseded_reason <> 'amended', true) AS is_current
FROM filings f
LEFT JOIN (
    SELECT
        s.issuer_cik,
        s.accession_number,
        arg_max(
            s.superseded_by, (s.reason = 'amended', a.filing_date, a.accepted_at, a.accession_number)
        ) AS superseded_by,
        min(s.reason) AS superseded_reason,
        count(*) AS superseded_count
    FROM superseded s
    JOIN filings a ON a.accession_number = s.superseded_by AND a.issuer_cik = s.issuer_cik
    GROUP BY s.issuer_cik, s.accession_number
) s ON s.accession_number = f.accession_number AND s.issuer_cik = f.issuer_cik
