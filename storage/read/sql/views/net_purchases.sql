-- Did insiders of an issuer buy more than they sold in a month? The net purchase ratio of Lakonishok and Lee, "Are
-- Insider Trades Informative?", Review of Financial Studies 14 (2001): (purchases - sales) / (purchases + sales), here of
-- transactions, of shares and of value. One row an issuer and month of transactions, from `insider_buys` and
-- `insider_sells`; a transaction dated after its filing is left out.
-- @month: First day of the month of the transactions.
-- @purchases: How many purchases.
-- @sales: How many sales.
-- @shares_bought: Shares bought.
-- @shares_sold: Shares sold.
-- @value_bought: What was paid, in US dollars; transactions without a price add nothing.
-- @value_sold: What was received.
-- @net_purchase_ratio: (purchases - sales) / (purchases + sales), from -1 to 1.
-- @net_purchase_ratio_of_shares: The same of shares.
-- @net_purchase_ratio_of_value: The same of value.
SELECT
    issuer_cik,
    any_value(issuer_name) AS issuer_name,
    any_value(ticker) AS ticker,
    date_trunc('month', transaction_date)::DATE AS month,
    count(*) FILTER (transaction_code = 'P') AS purchases,
    count(*) FILTER (transaction_code = 'S') AS sales,
    coalesce(sum(transaction_shares) FILTER (transaction_code = 'P'), 0) AS shares_bought,
    coalesce(sum(transaction_shares) FILTER (transaction_code = 'S'), 0) AS shares_sold,
    coalesce(sum(value) FILTER (transaction_code = 'P'), 0) AS value_bought,
    coalesce(sum(value) FILTER (transaction_code = 'S'), 0) AS value_sold,
    (purchases - sales) / (purchases + sales) AS net_purchase_ratio,
    ((shares_bought - shares_sold) / nullif(shares_bought + shares_sold, 0))::DOUBLE AS net_purchase_ratio_of_shares,
    ((value_bought - value_sold) / nullif(value_bought + value_sold, 0))::DOUBLE AS net_purchase_ratio_of_value
FROM trades
WHERE transaction_code IN ('P', 'S') AND NOT is_derivative AND NOT is_amended AND NOT is_withdrawn
    AND equity_swap_involved IS NOT TRUE AND transaction_date <= filing_date
GROUP BY issuer_cik, month
