-- Which trades were made under a Rule 10b5-1 plan? One row a transaction of `trades`, those of amended filings left out,
-- where a footnote of the row names the rule, or the filing has its box checked. The box (aff10b5One) exists since 2023-04
-- and speaks of the filing: of the rows that it alone vouches for, some may not be of the plan. Footnotes are read for all
-- years, as plans adopted before 2023-02-27 need no box. One with `not … 10b5-1` in a sentence counts as saying nothing.
-- @plan_said_by: box: the filing's box alone; footnote: a footnote of the row alone; box and footnote: both.
SELECT
    * EXCLUDE (by_footnote),
    CASE
        WHEN by_footnote AND aff10b5_one THEN 'box and footnote'
        WHEN by_footnote THEN 'footnote'
        ELSE 'box'
    END AS plan_said_by
FROM (
    -- 10b5-1 as it is typed: 10b-5-1, 10(b)(5)-1, Rule 10b5‑1(c) with any dash.
    SELECT
        *,
        coalesce(
            regexp_matches(footnotes, '(?i)10\s?\(?b\)?\s?-?\s?\(?5\)?\s?[-‐‑‒–—−]?\s?\(?1\b')
            AND NOT regexp_matches(
                footnotes, '(?i)\bnot\b[^.;\n]*10\s?\(?b\)?\s?-?\s?\(?5\)?\s?[-‐‑‒–—−]?\s?\(?1\b'
            ),
            false
        ) AS by_footnote
    FROM trades
    WHERE NOT is_amended
)
WHERE by_footnote OR aff10b5_one
