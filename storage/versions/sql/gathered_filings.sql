-- Filings, with what their rows carry of their owners, footnotes and issues.
-- From: filings, owners, footnotes, issues, a SELECT each.

SELECT
    f.* REPLACE (
        o.owner_ciks AS owner_ciks,
        o.owner_names AS owner_names,
        nullif(o.owner_roles[1], '') AS owner_role,
        o.owner_roles AS owner_roles,
        -- The title itself, or the remarks where the title only points there.
        list_min(
            list_transform(
                o.owner_ranks,
                lambda owner: CASE
                    WHEN owner.other_rank < 3 THEN owner.other_rank
                    WHEN NOT coalesce(owner.is_officer, false) THEN owner.other_rank
                    WHEN regexp_matches(coalesce(owner.title, 'See remarks'), '(?i)\b(see|refer)\b.*\b(remark|below|note)')
                        AND NOT regexp_matches(coalesce(f.remarks, ''), '(?i)\b(former|retired|assistant to)\b')
                        THEN CASE
                            WHEN regexp_matches(f.remarks, '(?i)\bc\.?e\.?o\b|\b(chief|principal) exec') THEN 1
                            WHEN regexp_matches(f.remarks, '(?i)\bc\.?f\.?o\b|\b(chief|principal) fin') THEN 2
                            ELSE owner.other_rank
                        END
                    ELSE owner.other_rank
                END
            )
        )::SMALLINT AS role_rank,
        n.footnote_ids AS footnote_ids,
        n.footnote_texts AS footnote_texts,
        n.currency_notes AS currency_notes,
        d.doubted_rows AS doubted_rows,
        d.doubted_texts AS doubted_texts
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
        ) AS owner_roles,
        list(
            struct_pack(
                is_officer := is_officer,
                title := officer_title,
                other_rank := CASE
                    WHEN is_officer AND NOT coalesce(regexp_matches(officer_title, '(?i)\b(former|retired|assistant to|deputy)\b'), false)
                        AND regexp_matches(officer_title, '(?i)\bc\.?e\.?o\b|\b(chief|principal) exec') THEN 1
                    WHEN is_officer AND NOT coalesce(regexp_matches(officer_title, '(?i)\b(former|retired|assistant to|deputy)\b'), false)
                        AND regexp_matches(officer_title, '(?i)\bc\.?f\.?o\b|\b(chief|principal) fin') THEN 2
                    WHEN is_officer THEN 3
                    WHEN is_director THEN 4
                    WHEN is_ten_percent_owner THEN 5
                    ELSE 6
                END
            )
            ORDER BY owner_number
        ) AS owner_ranks
    FROM ({owners})
    GROUP BY accession_number
) o ON o.accession_number = f.accession_number
LEFT JOIN (
    SELECT
        accession_number,
        list(footnote_id ORDER BY footnote_id) AS footnote_ids,
        list(footnote_text ORDER BY footnote_id) AS footnote_texts,
        list(footnote_id || ' ' || currency ORDER BY footnote_id) FILTER (currency IS NOT NULL) AS currency_notes
    FROM (
        SELECT
            *,
            CASE
                WHEN NOT regexp_matches(footnote_text, '(?i)\bpric|per share') THEN NULL
                WHEN regexp_matches(footnote_text, '(?i)\bu\.?s\.? ?dollar|\busd?\b ?\$|\busd\b|convert|conversion|exchange rate|equivalent|translat')
                    THEN NULL
                WHEN regexp_matches(footnote_text, '(?i)norwegian kron|\bNOK\b') THEN 'NOK'
                WHEN regexp_matches(footnote_text, '(?i)swedish kron|\bSEK\b') THEN 'SEK'
                WHEN regexp_matches(footnote_text, '(?i)danish kron|\bDKK\b') THEN 'DKK'
                WHEN regexp_matches(footnote_text, '(?i)\beuros?\b|\bEUR\b|€') THEN 'EUR'
                WHEN regexp_matches(footnote_text, '(?i)canadian dollar|\bCAD\b|\bC\$|\bCdn') THEN 'CAD'
                WHEN regexp_matches(footnote_text, '(?i)\bpounds? sterling|british pound|\bGBP\b|\bpence\b|£') THEN 'GBP'
                WHEN regexp_matches(footnote_text, '(?i)swiss franc|\bCHF\b') THEN 'CHF'
                WHEN regexp_matches(footnote_text, '(?i)australian dollar|\bAUD\b|\bA\$') THEN 'AUD'
                WHEN regexp_matches(footnote_text, '(?i)japanese yen|\bJPY\b|¥') THEN 'JPY'
                WHEN regexp_matches(footnote_text, '(?i)hong kong dollar|\bHKD\b|HK\$') THEN 'HKD'
                WHEN regexp_matches(footnote_text, '(?i)renminbi|\bRMB\b|\bCNY\b') THEN 'CNY'
                WHEN regexp_matches(footnote_text, '(?i)israeli shekel|\bNIS\b|\bILS\b') THEN 'ILS'
            END AS currency
        FROM ({footnotes})
    )
    GROUP BY accession_number
) n ON n.accession_number = f.accession_number
LEFT JOIN (
    SELECT
        accession_number,
        list(doubted_row ORDER BY doubted_row, doubt) AS doubted_rows,
        list(doubt ORDER BY doubted_row, doubt) AS doubted_texts
    FROM (
        SELECT
            accession_number,
            CASE table_name WHEN 'derivative_transactions' THEN 'II ' ELSE 'I ' END || row_number AS doubted_row,
            replace(reason, 'doubtful: ', '') AS doubt
        FROM ({issues})
        WHERE table_name IN ('non_derivative_transactions', 'derivative_transactions') AND row_number IS NOT NULL
            AND starts_with(reason, 'doubtful: ')
    )
    GROUP BY accession_number
) d ON d.accession_number = f.accession_number
