-- What did insiders buy in the open market? Purchases (code P) of Table I that no amendment has replaced.
SELECT * FROM trades WHERE transaction_code = 'P' AND NOT is_derivative AND NOT is_amended
