-- Which amendments amend no filing that the lake could find, and why? One row each.
-- @reason: Why no original was found.
SELECT a.accession_number, a.filing_date, a.issuer_cik, f.form_type, f.issuer_name, f.ticker, f.period_of_report,
    f.date_of_original_submission, a.unmatched AS reason, f.remarks
FROM amendments a
LEFT JOIN filings f
    ON f.accession_number = a.accession_number AND f.filing_date = a.filing_date AND f.issuer_cik = a.issuer_cik
WHERE a.unmatched IS NOT NULL
