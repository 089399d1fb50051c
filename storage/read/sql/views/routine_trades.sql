-- Which open-market trades were by routine traders, who trade in the same month year after year? Those of `classified_trades`.
SELECT * EXCLUDE (trader) FROM classified_trades WHERE trader = 'routine'
