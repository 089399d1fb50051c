-- What comparing our rows with the SEC's needs of SQL. Cells are text on both sides.
-- A cell as it was before quotes made it safe: "a ""b""" is a "b"; one whose quotes are not doubled stays. Empty is NULL.
CREATE OR REPLACE TEMP MACRO plain(cell) AS nullif(
    CASE
        WHEN regexp_full_match(cell, '"([^"]|"")*"') AND contains(cell[2:-2], '""')
            THEN replace(cell[2:-2], '""', '"')
        ELSE cell
    END,
    ''
);
CREATE OR REPLACE TEMP MACRO compacted(cell) AS trim(regexp_replace(cell, '\s+', ' ', 'g'));
CREATE OR REPLACE TEMP MACRO iso(cell) AS coalesce(
    strftime(try_strptime(cell, '%d-%b-%Y'), '%Y-%m-%d'), cell
);
CREATE OR REPLACE TEMP MACRO box(cell) AS CASE lower(cell) WHEN 'true' THEN '1' WHEN 'false' THEN '0' ELSE cell END;
CREATE OR REPLACE TEMP MACRO cents(cell) AS coalesce(try_cast(cell AS DECIMAL(20, 2))::VARCHAR, cell);
-- How our cell and the SEC's agree: 'same', the name of the rule that explains the difference, or 'different'.
CREATE OR REPLACE TEMP MACRO amount_verdict(ours, theirs) AS CASE
    WHEN ours IS NOT DISTINCT FROM theirs THEN 'same'
    WHEN ours IS NULL OR theirs IS NULL THEN 'different'
    WHEN try_cast(ours AS DECIMAL(20, 4)) = try_cast(theirs AS DECIMAL(20, 4)) THEN 'same'
    -- A tie may go either way: no real file at hand shows which.
    WHEN abs(try_cast(ours AS DECIMAL(20, 4)) - try_cast(theirs AS DECIMAL(20, 4))) <= 0.005
        AND try_cast(theirs AS DECIMAL(20, 4)) = try_cast(theirs AS DECIMAL(20, 2))
        THEN 'rounded to 2 decimals'
    ELSE 'different'
END;
CREATE OR REPLACE TEMP MACRO text_verdict(ours, theirs) AS CASE
    WHEN ours IS NOT DISTINCT FROM theirs THEN 'same'
    WHEN compacted(ours) = compacted(theirs) THEN 'white space'
    ELSE 'different'
END;
CREATE OR REPLACE TEMP MACRO plain_verdict(ours, theirs) AS if(ours IS NOT DISTINCT FROM theirs, 'same', 'different');
