-- The SEC's table REPORTINGOWNER: a reporting owner of a filing a row. Made from `reporting_owners`.
-- @RPTOWNERCIK: Central Index Key of the reporting owner, 10 digits.
-- @RPTOWNERNAME: Name of the reporting owner.
-- @RPTOWNER_RELATIONSHIP: Those of Director, Officer, TenPercentOwner, Other that apply, joined by a comma.
-- @RPTOWNER_TITLE: Title of an officer.
-- @RPTOWNER_TXT: The other relationship in words.
-- @RPTOWNER_STREET1: First line of the address.
-- @RPTOWNER_STREET2: Second line of the address.
-- @RPTOWNER_CITY: City.
-- @RPTOWNER_STATE: EDGAR's code of the state or country.
-- @RPTOWNER_ZIPCODE: Postal code.
-- @RPTOWNER_STATE_DESC: The state or country in words.
-- @FILE_NUMBER: The SEC's file number. The lake does not keep it: always NULL.
SELECT
    accession_number AS ACCESSION_NUMBER,
    format('{:010d}', owner_cik) AS RPTOWNERCIK,
    owner_name AS RPTOWNERNAME,
    nullif(
        concat_ws(
            ',',
            CASE WHEN is_director THEN 'Director' END,
            CASE WHEN is_officer THEN 'Officer' END,
            CASE WHEN is_ten_percent_owner THEN 'TenPercentOwner' END,
            CASE WHEN is_other THEN 'Other' END
        ),
        ''
    ) AS RPTOWNER_RELATIONSHIP,
    officer_title AS RPTOWNER_TITLE,
    other_text AS RPTOWNER_TXT,
    street1 AS RPTOWNER_STREET1,
    street2 AS RPTOWNER_STREET2,
    city AS RPTOWNER_CITY,
    state AS RPTOWNER_STATE,
    zip_code AS RPTOWNER_ZIPCODE,
    state_description AS RPTOWNER_STATE_DESC,
    NULL::VARCHAR AS FILE_NUMBER
FROM main.reporting_owners
