-- Was a trade made under a Rule 10b5-1 plan? Read from the footnotes of the row, sentence by sentence; where they say
-- nothing, from the remarks; then from the filing's box.
-- From: rows, a SELECT of transactions with their footnotes and what they carry of their filing.
SELECT
    * EXCLUDE (by_footnotes, by_remarks)
    REPLACE (
        CASE coalesce(by_footnotes.denies, by_remarks.denies, NOT nullif(aff10b5_one, false))
            WHEN false THEN 'under a plan'
            WHEN true THEN 'denied'
            ELSE 'not said'
        END AS plan,
        nullif(concat_ws(
            ' and ',
            CASE WHEN aff10b5_one AND NOT coalesce(by_footnotes.denies, by_remarks.denies, false) THEN 'box' END,
            CASE
                WHEN by_footnotes.denies IS NOT NULL THEN 'footnote'
                WHEN by_remarks.denies IS NOT NULL THEN 'remarks'
            END
        ), '') AS plan_said_by,
        CASE WHEN by_footnotes.denies IS NOT NULL THEN by_footnotes.sentence ELSE by_remarks.sentence END
            AS plan_sentence
    )
FROM (
    SELECT *, plan_reading(footnotes) AS by_footnotes, plan_reading(remarks) AS by_remarks
    FROM ({rows})
)
