-- The SEC's table NONDERIV_TRANS: a transaction of Table I a row. Made from `non_derivative_transactions`; amounts are
-- rounded to 2 decimals, halves away from zero, as the SEC does.
-- @NONDERIV_TRANS_SK: Key of the row within its filing: its position in Table I. The SEC's own keys are other numbers.
-- @SECURITY_TITLE: Title of the security.
-- @TRANS_DATE: Date of the transaction.
-- @DEEMED_EXECUTION_DATE: Deemed execution date, where there is one.
-- @TRANS_FORM_TYPE: The form that the row belongs on: 4 or 5 of a transaction; 3, if any, of a holding.
-- @TRANS_CODE: Transaction code, one letter.
-- @EQUITY_SWAP_INVOLVED: 1 where an equity swap is involved, else 0.
-- @EQUITY_SWAP_TRANS_CD_FN: Ids of the footnotes on the coding (form type, code, equity swap): F2, F3.
-- @TRANS_TIMELINESS: E early, L late; NULL on time.
-- @TRANS_SHARES: Number of securities acquired or disposed of.
-- @TRANS_PRICEPERSHARE: Price of one security in US dollars.
-- @TRANS_ACQUIRED_DISP_CD: A acquired, D disposed of.
-- @SHRS_OWND_FOLWNG_TRANS: Securities owned after the reported transactions.
-- @VALU_OWND_FOLWNG_TRANS: Value owned afterwards, where value is reported.
-- @DIRECT_INDIRECT_OWNERSHIP: D direct, I indirect.
-- @NATURE_OF_OWNERSHIP: Nature of the indirect ownership.
SELECT
    accession_number AS ACCESSION_NUMBER,
    row_number::BIGINT AS NONDERIV_TRANS_SK,
    security_title AS SECURITY_TITLE,
    replace(security_title_fn, ',', ', ') AS SECURITY_TITLE_FN,
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
    transaction_price_per_share::DECIMAL(20, 2) AS TRANS_PRICEPERSHARE,
    replace(transaction_price_per_share_fn, ',', ', ') AS TRANS_PRICEPERSHARE_FN,
    transaction_acquired_disposed_code AS TRANS_ACQUIRED_DISP_CD,
    replace(transaction_acquired_disposed_code_fn, ',', ', ') AS TRANS_ACQUIRED_DISP_CD_FN,
    shares_owned_following_transaction::DECIMAL(20, 2) AS SHRS_OWND_FOLWNG_TRANS,
    replace(shares_owned_following_transaction_fn, ',', ', ') AS SHRS_OWND_FOLWNG_TRANS_FN,
    value_owned_following_transaction::DECIMAL(20, 2) AS VALU_OWND_FOLWNG_TRANS,
    replace(value_owned_following_transaction_fn, ',', ', ') AS VALU_OWND_FOLWNG_TRANS_FN,
    direct_or_indirect_ownership AS DIRECT_INDIRECT_OWNERSHIP,
    replace(direct_or_indirect_ownership_fn, ',', ', ') AS DIRECT_INDIRECT_OWNERSHIP_FN,
    nature_of_ownership AS NATURE_OF_OWNERSHIP,
    replace(nature_of_ownership_fn, ',', ', ') AS NATURE_OF_OWNERSHIP_FN
FROM main.non_derivative_transactions
