-- The SEC's table NONDERIV_HOLDING: a holding of Table I a row. Made from `non_derivative_holdings`; amounts are rounded
-- to 2 decimals.
-- @NONDERIV_HOLDING_SK: Key of the row within its filing: its position in Table I. The SEC's own keys are other numbers.
-- @TRANS_FORM_TYPE_FN: Ids of the footnotes on the coding: F2, F3.
SELECT
    accession_number AS ACCESSION_NUMBER,
    row_number::BIGINT AS NONDERIV_HOLDING_SK,
    security_title AS SECURITY_TITLE,
    replace(security_title_fn, ',', ', ') AS SECURITY_TITLE_FN,
    transaction_form_type AS TRANS_FORM_TYPE,
    replace(transaction_coding_fn, ',', ', ') AS TRANS_FORM_TYPE_FN,
    shares_owned_following_transaction::DECIMAL(20, 2) AS SHRS_OWND_FOLWNG_TRANS,
    replace(shares_owned_following_transaction_fn, ',', ', ') AS SHRS_OWND_FOLWNG_TRANS_FN,
    value_owned_following_transaction::DECIMAL(20, 2) AS VALU_OWND_FOLWNG_TRANS,
    replace(value_owned_following_transaction_fn, ',', ', ') AS VALU_OWND_FOLWNG_TRANS_FN,
    direct_or_indirect_ownership AS DIRECT_INDIRECT_OWNERSHIP,
    replace(direct_or_indirect_ownership_fn, ',', ', ') AS DIRECT_INDIRECT_OWNERSHIP_FN,
    nature_of_ownership AS NATURE_OF_OWNERSHIP,
    replace(nature_of_ownership_fn, ',', ', ') AS NATURE_OF_OWNERSHIP_FN
FROM main.non_derivative_holdings
