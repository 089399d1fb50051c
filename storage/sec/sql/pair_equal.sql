-- The rows of one table on both sides; equal ones are paired, as often as both sides have them.
-- From: ours and theirs, a SELECT each of accession_number, key and the cells; cells, the list by which rows are equal;
-- score, how alike a row `o` of ours and `t` of theirs are.
CREATE OR REPLACE TABLE our_rows AS
SELECT
    *,
    row_number() OVER (PARTITION BY accession_number, cells) AS nth,
    row_number() OVER () AS id
FROM (SELECT *, {cells} AS cells FROM ({ours}));

CREATE OR REPLACE TABLE their_rows AS
SELECT
    *,
    row_number() OVER (PARTITION BY accession_number, cells) AS nth,
    row_number() OVER () AS id
FROM (SELECT *, {cells} AS cells FROM ({theirs}))
SEMI JOIN ours_filings USING (accession_number);

CREATE OR REPLACE TABLE pairs AS
SELECT o.id AS o, t.id AS t
FROM our_rows o
JOIN their_rows t USING (accession_number, cells, nth);

CREATE OR REPLACE TABLE candidates AS
SELECT o.id AS o, t.id AS t, {score} AS score
FROM (FROM our_rows ANTI JOIN pairs ON pairs.o = our_rows.id) o
JOIN (FROM their_rows ANTI JOIN pairs ON pairs.t = their_rows.id) t USING (accession_number);
