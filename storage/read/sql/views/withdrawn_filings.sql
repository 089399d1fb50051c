-- Which filings has EDGAR taken back? Those that no index lists any more, where one did.
-- @withdrawn_at: When a reading of the index first found the filing no longer listed.
WITH delisted AS (
    SELECT accession_number, max(delisted_at) AS withdrawn_at
    FROM index_entries
    WHERE delisted_at IS NOT NULL
    GROUP BY accession_number
)
SELECT d.accession_number, d.withdrawn_at
FROM delisted d
-- Read with those few alone: so that nothing is read where there is none.
ANTI JOIN (
    SELECT accession_number FROM index_entries SEMI JOIN delisted USING (accession_number) WHERE delisted_at IS NULL
) listed ON listed.accession_number = d.accession_number
