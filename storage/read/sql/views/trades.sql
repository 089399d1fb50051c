-- Who traded what, when, at which price? Both transaction tables in one shape, one row a
-- transaction, however many owners filed jointly. Amended, withdrawn and doubtful rows are there, marked.
SELECT * EXCLUDE (plan, plan_said_by, plan_sentence) FROM trade_plans
