-- Which trades were made under a Rule 10b5-1 plan? Those of `trade_plans` that are under one, whose row no amendment has
-- replaced and whose filing was not withdrawn. Before 2023-04 only footnotes and remarks say so.
SELECT * EXCLUDE (plan)
FROM trade_plans
WHERE plan = 'under a plan' AND NOT is_amended AND NOT is_withdrawn
