-- The rows of some filings in one shape.
-- From: wanted, after_<table>. In braces: the class of a title, from the macro of that name.

SELECT accession_number, nature, nature_fn, fn, table_name, row_number, {security_class} AS security, day, code,
    acquired, shares, price, owned, ownership, strike, expiry, underlying
FROM (
    SELECT accession_number, 'non_derivative_transactions' AS table_name, row_number, security_title AS title,
        transaction_date AS day, transaction_code AS code, transaction_acquired_disposed_code AS acquired,
        transaction_shares AS shares, transaction_price_per_share AS price,
        coalesce(shares_owned_following_transaction, value_owned_following_transaction) AS owned,
        direct_or_indirect_ownership AS ownership, nature_of_ownership AS nature, nature_of_ownership_fn AS nature_fn,
        NULL::DECIMAL(20,4) AS strike, NULL::DATE AS expiry, NULL::DECIMAL(20,4) AS underlying, NULL::VARCHAR AS fn
    FROM after_non_derivative_transactions
    UNION ALL
    SELECT accession_number, 'derivative_transactions', row_number, security_title, transaction_date, transaction_code,
        transaction_acquired_disposed_code, coalesce(transaction_shares, transaction_total_value),
        transaction_price_per_share,
        coalesce(shares_owned_following_transaction, value_owned_following_transaction),
        direct_or_indirect_ownership, nature_of_ownership, nature_of_ownership_fn, conversion_or_exercise_price,
        expiration_date, coalesce(underlying_security_shares, underlying_security_value), NULL
    FROM after_derivative_transactions
    UNION ALL
    SELECT accession_number, 'non_derivative_holdings', row_number, security_title, NULL, NULL, NULL, NULL, NULL,
        coalesce(shares_owned_following_transaction, value_owned_following_transaction),
        direct_or_indirect_ownership, nature_of_ownership, nature_of_ownership_fn, NULL, NULL, NULL, NULL
    FROM after_non_derivative_holdings
    UNION ALL
    SELECT accession_number, 'derivative_holdings', row_number, security_title, NULL, NULL, NULL, NULL, NULL,
        coalesce(shares_owned_following_transaction, value_owned_following_transaction),
        direct_or_indirect_ownership, nature_of_ownership, nature_of_ownership_fn, conversion_or_exercise_price,
        expiration_date, coalesce(underlying_security_shares, underlying_security_value),
        concat_ws(
            ',', security_title_fn, conversion_or_exercise_price_fn, exercise_date_fn, expiration_date_fn,
            underlying_security_title_fn, underlying_security_shares_fn, shares_owned_following_transaction_fn,
            nature_of_ownership_fn
        )
    FROM after_derivative_holdings
)
SEMI JOIN wanted USING (accession_number)
ORDER BY accession_number, table_name, row_number
