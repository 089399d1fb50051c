-- What did insiders sell in the open market? Sales (code S) of Table I, equity swaps left out, whose row no amendment has
-- replaced and whose filing was not withdrawn.
SELECT *
FROM trades
WHERE transaction_code = 'S' AND NOT is_derivative AND NOT is_amended AND NOT is_withdrawn
    AND equity_swap_involved IS NOT TRUE
