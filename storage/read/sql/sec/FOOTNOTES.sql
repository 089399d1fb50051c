-- The SEC's table FOOTNOTES: a footnote of a filing a row. Made from `footnotes`.
-- @FOOTNOTE_ID: The id that columns ending in _FN name.
-- @FOOTNOTE_TXT: Text of the footnote.
SELECT
    accession_number AS ACCESSION_NUMBER,
    footnote_id AS FOOTNOTE_ID,
    footnote_text AS FOOTNOTE_TXT
FROM main.footnotes
