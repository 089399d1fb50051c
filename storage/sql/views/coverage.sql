-- How complete is each index date? One row a day whose index was looked for.
-- @expected: Filings that the index lists, of the forms taken, and still listed when it was read last.
-- @stored: Those that the lake holds, under whatever index date.
-- @quarantined: Those in quarantine: fetching or parsing failed.
-- @missing: Those that are neither: expected - stored - quarantined.
SELECT
    d.index_date,
    d.state,
    d.forms,
    count(e.accession_number) AS expected,
    count(f.accession_number) AS stored,
    count(q.accession_number) FILTER (f.accession_number IS NULL) AS quarantined,
    count(e.accession_number) FILTER (f.accession_number IS NULL AND q.accession_number IS NULL) AS missing
FROM index_days d
LEFT JOIN index_entries e
    ON e.index_date = d.index_date
    AND e.delisted_at IS NULL
    AND list_contains(string_split(replace(d.forms, ' ', ''), ','), e.form_type)
LEFT JOIN filings f ON f.accession_number = e.accession_number
LEFT JOIN quarantine q ON q.accession_number = e.accession_number
GROUP BY d.index_date, d.state, d.forms
