-- What the amendments among the members that are not matched again replace: the rows that `superseded` has of them stay true.
-- From: members, known. Makes: roots (an amendment, and the original that it goes back to), linked (filings that an amendment
-- of a member replaces, or that amend it too, where they are no members yet).

CREATE OR REPLACE TEMP TABLE roots AS
WITH settled AS (SELECT accession_number, superseded_by FROM known WHERE NOT matched_again)
SELECT superseded_by AS accession_number, accession_number AS root
FROM settled
-- Each earlier amendment of the original is replaced too; the original itself replaces nothing.
WHERE accession_number NOT IN (SELECT superseded_by FROM settled);

CREATE OR REPLACE TEMP TABLE linked AS
WITH originals AS (SELECT accession_number FROM members UNION SELECT root FROM roots SEMI JOIN members USING (accession_number))
SELECT accession_number FROM originals
UNION
SELECT accession_number FROM roots WHERE root IN (FROM originals)
EXCEPT
SELECT accession_number FROM members;
