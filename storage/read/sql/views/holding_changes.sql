-- By how much did a trade change what its owners held? One row a transaction of `trades` that says what was owned after
-- it, those that an amendment has replaced and those of withdrawn filings left out. Shares traded over shares held before,
-- as Scott and Xu, "Some Insider Sales Are Positive Signals", Financial Analysts Journal 60 (2004), scale sales. Some
-- filers give every line the balance after the last: `shares_owned_before` is then wrong by the lines between.
-- @shares_owned_before: Shares owned before the transaction: the balance less what was acquired, plus what was disposed of.
-- @change_of_holding: The transaction's shares over these, negative where disposed of; NULL where nothing was owned before.
SELECT
    *,
    shares_owned_following_transaction
    - CASE transaction_acquired_disposed_code WHEN 'A' THEN transaction_shares WHEN 'D' THEN -transaction_shares END
        AS shares_owned_before,
    (
        CASE transaction_acquired_disposed_code WHEN 'A' THEN transaction_shares WHEN 'D' THEN -transaction_shares END
        / CASE WHEN shares_owned_before > 0 THEN shares_owned_before END
    )::DOUBLE AS change_of_holding
FROM trades
WHERE shares_owned_following_transaction IS NOT NULL AND NOT is_amended AND NOT is_withdrawn
