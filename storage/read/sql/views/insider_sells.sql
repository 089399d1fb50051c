-- What did insiders sell in the open market? Sales (code S) of Table I that no amendment has replaced.
SELECT * FROM trades WHERE transaction_code = 'S' AND NOT is_derivative AND NOT is_amended
