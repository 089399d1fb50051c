-- The SEC's table DERIV_TRANS: a transaction of Table II a row. Made from `derivative_transactions`; amounts are rounded
-- to 2 decimals. EXCERCISE_DATE is the SEC's spelling.
-- @DERIV_TRANS_SK: Key of the row within its filing: its position in Table II. The SEC's own keys are other numbers.
-- @CONV_EXERCISE_PRICE: Conversion or exercise price in US dollars.
-- @TRANS_TOTAL_VALUE: Total value of the transaction, where value is reported.
-- @EXCERCISE_DATE: Date from which it can be exercised.
-- @EXPIRATION_DATE: Date it expires.
-- @UNDLYNG_SEC_TITLE: Title of the underlying security.
-- @UNDLYNG_SEC_SHARES: Number of underlying shares.
-- @UNDLYNG_SEC_VALUE: Value of the underlying security, where value is reported.
SELECT
    accession_number AS ACCESSION_NUMBER,
    row_number::BIGINT AS DERIV_TRANS_SK,
    security_title AS SECURITY_TITLE,
    replace(security_title_fn, ',', ', ') AS SECURITY_TITLE_FN,
    conversion_or_exercise_price::DECIMAL(20, 2) AS CONV_EXERCISE_PRICE,
    replace(conversion_or_exercise_price_fn, ',', ', ') AS CONV_EXERCISE_PRICE_FN,
    transaction_date AS TRANS_DATE,
    replace(transaction_date_fn, ',', ', ') AS TRANS_DATE_FN,
    deemed_execution_date AS DEEMED_EXECUTION_DATE,
    replace(deemed_execution_date_fn, ',', ', ') AS DEEMED_EXECUTION_DATE_FN,
    transaction_form_type AS TRANS_FORM_TYPE,
    transaction_code AS TRANS_CODE,
    equity_swap_involved::TINYINT::VARCHAR AS EQUITY_SWAP_INVOLVED,
    replace(transaction_coding_fn, ',', ', ') AS EQUITY_SWAP_TRANS_CD_FN,
    transaction_timeliness AS TRANS_TIMELINESS,
    replace(transaction_timeliness_fn, ',', ', ') AS TRANS_TIMELINESS_FN,
    transaction_shares::DECIMAL(20, 2) AS TRANS_SHARES,
    replace(transaction_shares_fn, ',', ', ') AS TRANS_SHARES_FN,
    transaction_total_value::DECIMAL(20, 2) AS TRANS_TOTAL_VALUE,
    replace(transaction_total_value_fn, ',', ', ') AS TRANS_TOTAL_VALUE_FN,
    transaction_price_per_share::DECIMAL(20, 2) AS TRANS_PRICEPERSHARE,
    replace(transaction_price_per_share_fn, ',', ', ') AS TRANS_PRICEPERSHARE_FN,
    transaction_acquired_disposed_code AS TRANS_ACQUIRED_DISP_CD,
    replace(transaction_acquired_disposed_code_fn, ',', ', ') AS TRANS_ACQUIRED_DISP_CD_FN,
    exercise_date AS EXCERCISE_DATE,
    replace(exercise_date_fn, ',', ', ') AS EXCERCISE_DATE_FN,
    expiration_date AS EXPIRATION_DATE,
    replace(expiration_date_fn, ',', ', ') AS EXPIRATION_DATE_FN,
    underlying_security_title AS UNDLYNG_SEC_TITLE,
    replace(underlying_security_title_fn, ',', ', ') AS UNDLYNG_SEC_TITLE_FN,
    underlying_security_shares::DECIMAL(20, 2) AS UNDLYNG_SEC_SHARES,
    replace(underlying_security_shares_fn, ',', ', ') AS UNDLYNG_SEC_SHARES_FN,
    underlying_security_value::DECIMAL(20, 2) AS UNDLYNG_SEC_VALUE,
    replace(underlying_security_value_fn, ',', ', ') AS UNDLYNG_SEC_VALUE_FN,
    shares_owned_following_transaction::DECIMAL(20, 2) AS SHRS_OWND_FOLWNG_TRANS,
    replace(shares_owned_following_transaction_fn, ',', ', ') AS SHRS_OWND_FOLWNG_TRANS_FN,
    value_owned_following_transaction::DECIMAL(20, 2) AS VALU_OWND_FOLWNG_TRANS,
    replace(value_owned_following_transaction_fn, ',', ', ') AS VALU_OWND_FOLWNG_TRANS_FN,
    direct_or_indirect_ownership AS DIRECT_INDIRECT_OWNERSHIP,
    replace(direct_or_indirect_ownership_fn, ',', ', ') AS DIRECT_INDIRECT_OWNERSHIP_FN,
    nature_of_ownership AS NATURE_OF_OWNERSHIP,
    replace(nature_of_ownership_fn, ',', ', ') AS NATURE_OF_OWNERSHIP_FN
FROM main.derivative_transactions
