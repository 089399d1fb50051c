-- The SEC's table DERIV_HOLDING: a holding of Table II a row. Made from `derivative_holdings`; amounts are rounded to 2
-- decimals.
-- @DERIV_HOLDING_SK: Key of the row within its filing: its position in Table II. The SEC's own keys are other numbers.
-- @EXERCISE_DATE: Date from which it can be exercised.
SELECT
    accession_number AS ACCESSION_NUMBER,
    row_number::BIGINT AS DERIV_HOLDING_SK,
    security_title AS SECURITY_TITLE,
    replace(security_title_fn, ',', ', ') AS SECURITY_TITLE_FN,
    conversion_or_exercise_price::DECIMAL(20, 2) AS CONV_EXERCISE_PRICE,
    replace(conversion_or_exercise_price_fn, ',', ', ') AS CONV_EXERCISE_PRICE_FN,
    transaction_form_type AS TRANS_FORM_TYPE,
    replace(transaction_coding_fn, ',', ', ') AS TRANS_FORM_TYPE_FN,
    exercise_date AS EXERCISE_DATE,
    replace(exercise_date_fn, ',', ', ') AS EXERCISE_DATE_FN,
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
FROM main.derivative_holdings
