-- The SEC's table OWNER_SIGNATURE: a signature of a filing a row. Made from `signatures`.
-- @OWNERSIGNATURENAME: The signature as typed.
-- @OWNERSIGNATUREDATE: Date of the signature.
SELECT
    accession_number AS ACCESSION_NUMBER,
    signature_name AS OWNERSIGNATURENAME,
    signature_date AS OWNERSIGNATUREDATE
FROM main.signatures
