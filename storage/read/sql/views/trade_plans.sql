-- Was a trade made under a Rule 10b5-1 plan? One row a transaction of `trades`: under a plan, denied, or not said. It is
-- read from the footnotes of the row, sentence by sentence; where they say nothing, from the remarks; then from the
-- filing's box (aff10b5One, since 2023-04), which speaks of the filing: of the rows that it alone vouches for, some may
-- not be of the plan. What a footnote of the row says outweighs the remarks, and both the box.
-- @plan: under a plan, denied, not said.
-- @plan_said_by: box, footnote, remarks, or box and one of the others; NULL where nothing is said.
-- @plan_sentence: The sentence that it was decided on; NULL where the box alone says it.
SELECT
    * EXCLUDE (by_footnotes, by_remarks),
    CASE coalesce(by_footnotes.denies, by_remarks.denies, NOT nullif(aff10b5_one, false))
        WHEN false THEN 'under a plan'
        WHEN true THEN 'denied'
        ELSE 'not said'
    END AS plan,
    nullif(concat_ws(
        ' and ',
        CASE WHEN aff10b5_one AND NOT coalesce(by_footnotes.denies, by_remarks.denies, false) THEN 'box' END,
        CASE WHEN by_footnotes.denies IS NOT NULL THEN 'footnote' WHEN by_remarks.denies IS NOT NULL THEN 'remarks' END
    ), '') AS plan_said_by,
    CASE WHEN by_footnotes.denies IS NOT NULL THEN by_footnotes.sentence ELSE by_remarks.sentence END AS plan_sentence
FROM (
    SELECT *, plan_reading(footnotes) AS by_footnotes, plan_reading(remarks) AS by_remarks
    FROM trades
)
