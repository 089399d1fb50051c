-- The SEC's table SUBMISSION: a filing a row. Made from `filings`: also what the SEC's data sets lack, before 2006 and on
-- paper. The SEC writes some boxes as true and false; here all are 1 and 0.
-- @ACCESSION_NUMBER: EDGAR's number of the filing.
-- @FILING_DATE: Filing date.
-- @PERIOD_OF_REPORT: Date of the event that the filing reports.
-- @DATE_OF_ORIG_SUB: Amendments only: date of the original filing.
-- @NO_SECURITIES_OWNED: Form 3: 1 where the owner owns no securities of the issuer, else 0.
-- @NOT_SUBJECT_SEC16: Forms 4 and 5: 1 where the owner is no longer subject to Section 16, else 0.
-- @FORM3_HOLDINGS_REPORTED: Form 5: 1 where it reports holdings that a Form 3 should have had, else 0.
-- @FORM4_TRANS_REPORTED: Form 5: 1 where it reports transactions that a Form 4 should have had, else 0.
-- @DOCUMENT_TYPE: 3, 3/A, 4, 4/A, 5 or 5/A.
-- @ISSUERCIK: Central Index Key of the issuer, 10 digits.
-- @ISSUERNAME: Name of the issuer.
-- @ISSUERTRADINGSYMBOL: Trading symbol as filed.
-- @REMARKS: Remarks of the filer.
-- @AFF10B5ONE: 1 where the box says a Rule 10b5-1 plan, else 0; since 2023-04. Not in every data set of the SEC's.
SELECT
    accession_number AS ACCESSION_NUMBER,
    filing_date AS FILING_DATE,
    period_of_report AS PERIOD_OF_REPORT,
    date_of_original_submission AS DATE_OF_ORIG_SUB,
    no_securities_owned::TINYINT::VARCHAR AS NO_SECURITIES_OWNED,
    not_subject_to_section16::TINYINT::VARCHAR AS NOT_SUBJECT_SEC16,
    form3_holdings_reported::TINYINT::VARCHAR AS FORM3_HOLDINGS_REPORTED,
    form4_transactions_reported::TINYINT::VARCHAR AS FORM4_TRANS_REPORTED,
    form_type AS DOCUMENT_TYPE,
    format('{:010d}', issuer_cik) AS ISSUERCIK,
    issuer_name AS ISSUERNAME,
    issuer_trading_symbol AS ISSUERTRADINGSYMBOL,
    remarks AS REMARKS,
    aff10b5_one::TINYINT::VARCHAR AS AFF10B5ONE
FROM main.filings
