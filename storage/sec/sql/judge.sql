-- How the cells of each pair agree, and the rows without a partner.
-- From: table, a name; cells, a struct of column, ours, theirs and verdict for each column of a pair `o` and `t`.
CREATE OR REPLACE TABLE judged AS
SELECT o.accession_number, o.key AS our_key, t.key AS their_key, unnest([{cells}]) AS cell
FROM pairs
JOIN our_rows o ON o.id = pairs.o
JOIN their_rows t ON t.id = pairs.t;

INSERT INTO agreement
SELECT '{table}', cell.column, cell.verdict, count(*) FROM judged GROUP BY ALL;

INSERT INTO differences
SELECT accession_number, '{table}', our_key, their_key, cell.column, cell.ours, cell.theirs, cell.verdict
FROM judged
WHERE cell.verdict <> 'same'
UNION ALL
SELECT accession_number, '{table}', key, NULL, NULL, array_to_string(cells, ' | '), NULL, 'only here'
FROM our_rows
ANTI JOIN pairs ON pairs.o = our_rows.id
UNION ALL
SELECT accession_number, '{table}', NULL, key, NULL, NULL, array_to_string(cells, ' | '), 'only there'
FROM their_rows
ANTI JOIN pairs ON pairs.t = their_rows.id;
