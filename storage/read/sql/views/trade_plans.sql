-- Was a trade made under a Rule 10b5-1 plan? One row a transaction of `trades`: under a plan, denied, or not said. It is
-- read from the footnotes of the row, sentence by sentence; where they say nothing, from the remarks; then from the
-- filing's box (aff10b5One, since 2023-04), which speaks of the filing: of the rows that it alone vouches for, some may
-- not be of the plan. What a footnote of the row says outweighs the remarks, and both the box.
SELECT * EXCLUDE (security_class) FROM lake_files.all_trades
