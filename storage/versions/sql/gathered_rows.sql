-- Rows of Table I or II, with what they carry of their filing, and what tells positions apart.
-- From: rows, filings, a SELECT each; carried, what else they carry by the kind of table.
SELECT
    r.* REPLACE (
        {carried},
        CASE
            WHEN len(f.owner_ciks) = 1 AND f.owner_ciks[1] IS NOT NULL THEN f.owner_ciks[1]
            ELSE -text_key(list_sort(f.owner_ciks, 'ASC', 'NULLS LAST')::VARCHAR)
        END AS holder,
        security_class(r.security_title) AS security_class,
        text_key(
            concat(
                coalesce(r.direct_or_indirect_ownership, '~'),
                ' ',
                coalesce(lower(regexp_replace(r.nature_of_ownership, '[^A-Za-z0-9]+', ' ', 'g')), '~')
            )
        ) AS manner
    )
FROM ({rows}) r
LEFT JOIN ({filings}) f ON f.accession_number = r.accession_number
