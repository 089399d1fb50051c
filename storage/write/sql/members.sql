-- Those of the filings found that are of a changed group, with their owners.
-- From: found, after_reporting_owners (theirs are among it), changed_groups. Adds to: members.

INSERT INTO members
SELECT f.accession_number, f.form_type, f.filing_date, f.accepted_at, f.period_of_report, f.date_of_original_submission,
    f.issuer_cik, coalesce(o.owner_ciks, []), f.filename
FROM found f
LEFT JOIN (
    SELECT accession_number, min(owner_cik) AS owner_cik, list(owner_cik) AS owner_ciks
    FROM after_reporting_owners SEMI JOIN found USING (accession_number)
    GROUP BY accession_number
) o USING (accession_number)
JOIN changed_groups g
    ON g.issuer_cik = f.issuer_cik AND g.family = f.form_type[1] AND g.owner_cik IS NOT DISTINCT FROM o.owner_cik;
