-- Filings, with what their rows carry of their owners and footnotes.
-- From: filings, owners, footnotes, a SELECT each.

SELECT
    f.* REPLACE (
        o.owner_ciks AS owner_ciks,
        o.owner_names AS owner_names,
        nullif(o.owner_roles[1], '') AS owner_role,
        n.footnote_ids AS footnote_ids,
        n.footnote_texts AS footnote_texts
    )
FROM ({filings}) f
LEFT JOIN (
    SELECT
        accession_number,
        list(owner_cik ORDER BY owner_number) AS owner_ciks,
        list(owner_name ORDER BY owner_number) AS owner_names,
        list(
            concat_ws(
                ', ',
                CASE WHEN is_director THEN 'Director' END,
                CASE WHEN is_officer THEN concat_ws(': ', 'Officer', officer_title) END,
                CASE WHEN is_ten_percent_owner THEN '10% owner' END,
                CASE WHEN is_other THEN concat_ws(': ', 'Other', other_text) END
            )
            ORDER BY owner_number
        ) AS owner_roles
    FROM ({owners})
    GROUP BY accession_number
) o ON o.accession_number = f.accession_number
LEFT JOIN (
    SELECT
        accession_number,
        list(footnote_id ORDER BY footnote_id) AS footnote_ids,
        list(footnote_text ORDER BY footnote_id) AS footnote_texts
    FROM ({footnotes})
    GROUP BY accession_number
) n ON n.accession_number = f.accession_number
