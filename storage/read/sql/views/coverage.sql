-- How complete is each index date? One row a day whose index was looked for.
-- @expected: Filings that the index lists, of the forms taken, and still listed when it was read last.
-- @stored: Those that the lake holds exactly, under whatever index date.
-- @quarantined: Those in quarantine: fetching or parsing failed.
-- @missing: Those that are neither: expected - stored - quarantined.
-- @from_datasets: Those quarantined or missing that the lake has from the SEC's data sets, rounded to two decimals.
SELECT
    index_date,
    state,
    forms,
    count(accession_number) AS expected,
    count(*) FILTER (exact) AS stored,
    count(*) FILTER (waiting AND NOT exact) AS quarantined,
    count(accession_number) FILTER (NOT exact AND NOT waiting) AS missing,
    count(*) FILTER (from_dataset) AS from_datasets
FROM (
    SELECT
        d.index_date,
        d.state,
        d.forms,
        e.accession_number,
        f.accession_number IS NOT NULL AND f.source_format IS DISTINCT FROM 'dataset' AS exact,
        f.accession_number IS NOT NULL AND f.source_format = 'dataset' AS from_dataset,
        q.accession_number IS NOT NULL AS waiting
    FROM index_days d
    LEFT JOIN (
        SELECT index_date, accession_number
        FROM index_entries
        SEMI JOIN (
            SELECT index_date, unnest(string_split(replace(forms, ' ', ''), ',')) AS form_type FROM index_days
        ) USING (index_date, form_type)
        WHERE delisted_at IS NULL
    ) e ON e.index_date = d.index_date
    LEFT JOIN filings f ON f.accession_number = e.accession_number
    LEFT JOIN quarantine q ON q.accession_number = e.accession_number
)
GROUP BY index_date, state, forms
