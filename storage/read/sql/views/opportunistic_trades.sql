-- Which open-market trades were by opportunistic traders, who trade every year, but in no same month? Those of
-- `classified_trades`.
SELECT * EXCLUDE (trader) FROM classified_trades WHERE trader = 'opportunistic'
