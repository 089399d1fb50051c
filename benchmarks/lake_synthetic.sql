-- The rows of one year of a synthetic lake, table by table. Everything follows from a filing's number, so that the same
-- scale and year are always the same rows.
-- From: variables year, filings (in the year), slots (issuers at one time). `-- @table` heads the query of each table;
-- what stands before the first one is run as it is.

CREATE OR REPLACE MACRO u(id, salt) AS hash(id * 1000 + salt) / 18446744073709551616.0;
CREATE OR REPLACE MACRO pick(words, x) AS words[1 + floor(x * len(words))::INTEGER];

-- Business days of the year, numbered from 0.
CREATE OR REPLACE TEMP TABLE business_days AS
SELECT row_number() OVER (ORDER BY day) - 1 AS place, day
FROM (
    SELECT range::DATE AS day
    FROM range(make_date(getvariable('year'), 1, 2)::TIMESTAMP, make_date(getvariable('year'), 12, 31)::TIMESTAMP, INTERVAL 1 DAY)
)
WHERE isodow(day) <= 5 AND (month(day), day(day)) NOT IN ((7, 4), (12, 25));

SET VARIABLE days = (SELECT list(day ORDER BY place) FROM business_days);

-- An issuer's place (slot) says how much it files; all but the busiest companies are followed by others after some eight
-- years. An amendment takes issuer, owners and family from an earlier filing, `source`.
CREATE OR REPLACE TEMP TABLE base AS
WITH numbered AS (
    SELECT getvariable('year') * 1000000 + range AS id, range AS place, u(getvariable('year') * 1000000 + range, 1) < 0.04 AS amends
    FROM range(getvariable('filings'))
),
sourced AS (
    SELECT *, CASE WHEN amends AND place > 100 THEN id - 1 - floor(u(id, 2) * least(place, 0.075 * getvariable('filings'))) ELSE id END::BIGINT AS source
    FROM numbered
),
placed AS (
    SELECT *, floor(getvariable('slots') * pow(u(source, 3), 1.5))::BIGINT AS slot, u(source, 4) AS x,
        getvariable('days')[1 + (place * len(getvariable('days')) // getvariable('filings'))::INTEGER] AS filing_date,
        getvariable('days')[1 + ((source % 1000000) * len(getvariable('days')) // getvariable('filings'))::INTEGER] AS source_date
    FROM sourced
),
companies AS (
    SELECT *, slot * 4 + CASE WHEN slot < getvariable('slots') / 6 THEN 0 ELSE (getvariable('year') - 2000 + hash(slot) % 8) // 8 END::BIGINT AS company
    FROM placed
)
SELECT
    id, place, amends, source, slot, company, filing_date, source_date,
    CASE WHEN x < 0.88 THEN '4' WHEN x < 0.965 THEN '3' ELSE '5' END AS family,
    -- A few agents file for many, some filers for themselves; the first days' numbers are still last year's.
    format('{:010d}-{:02d}-{:06d}', (900000 + floor(3000 * pow(u(company, 5), 3)) * 197 + 100003)::BIGINT,
        ((getvariable('year') - (place < getvariable('filings') / 252 AND u(id, 6) < 0.3)::INTEGER) % 100)::INTEGER,
        place + 500000 * (place < getvariable('filings') / 252 AND u(id, 6) < 0.3)::INTEGER) AS accession_number,
    1000 + company * 48271 % 1999993 AS issuer_cik,
    -- The company's own officers and directors, few of them filing most; now and then somebody who sits on several boards.
    CASE WHEN u(source, 7) < 0.06 THEN floor(2500 * u(source, 8)) ELSE 10000 + company * 64 + floor(least(64, 8 + 3 * (1 + hash(company) % 6)) * pow(u(source, 9), 1.8)) END::BIGINT AS owner,
    CASE WHEN u(source, 10) < 0.91 THEN 1 WHEN u(source, 10) < 0.96 THEN 2 ELSE 3 + floor(8 * pow(u(source, 11), 3)) END::INTEGER AS owners,
    CASE WHEN u(id, 12) < 0.25 THEN 0 WHEN u(id, 12) < 0.50 THEN 1 WHEN u(id, 12) < 0.72 THEN 2 ELSE 3 + floor(12 * pow(u(id, 13), 2.2)) END::INTEGER AS notes,
    CASE WHEN x >= 0.88 AND x < 0.965 THEN 0 WHEN u(id, 14) < 0.32 THEN 0 WHEN u(id, 14) < 0.71 THEN 1 WHEN u(id, 14) < 0.855 THEN 2 ELSE 3 + floor(22 * pow(u(id, 15), 5)) END::INTEGER AS sales,
    CASE WHEN x >= 0.88 AND x < 0.965 THEN 0 WHEN u(id, 16) < 0.63 THEN 0 WHEN u(id, 16) < 0.9 THEN 1 ELSE 2 + floor(5 * pow(u(id, 17), 3)) END::INTEGER AS options,
    CASE WHEN u(id, 18) < 0.75 THEN 0 WHEN u(id, 18) < 0.93 THEN 1 ELSE 2 + floor(6 * pow(u(id, 19), 3)) END::INTEGER AS holdings,
    CASE WHEN u(id, 20) < 0.93 THEN 0 ELSE 1 + floor(4 * pow(u(id, 21), 2)) END::INTEGER AS option_holdings,
    u(id, 22) < 0.00003 AS quarantined,
    u(id, 23) < 0.18 AS planned,
    -- What a share of the company costs, in dollars.
    exp(1 + 4 * u(company, 24)) * (0.6 + 0.8 * u(company * 100 + getvariable('year') % 100, 25)) AS price
FROM companies;

CREATE OR REPLACE TEMP TABLE stored AS SELECT * FROM base WHERE NOT quarantined;

CREATE OR REPLACE MACRO owner_cik(owner) AS 1000000 + owner * 48271 % 15485863;
CREATE OR REPLACE MACRO family_name(owner) AS pick(['SMITH', 'JOHNSON', 'WILLIAMS', 'BROWN', 'JONES', 'GARCIA', 'MILLER',
    'DAVIS', 'RODRIGUEZ', 'MARTINEZ', 'HERNANDEZ', 'LOPEZ', 'WILSON', 'ANDERSON', 'THOMAS', 'TAYLOR', 'MOORE', 'JACKSON',
    'MARTIN', 'LEE', 'THOMPSON', 'WHITE', 'HARRIS', 'CLARK', 'LEWIS', 'WALKER', 'HALL', 'ALLEN', 'YOUNG', 'KING', 'WRIGHT',
    'Scott', 'Nguyen', 'Hill', 'Flores', 'Green', 'Adams', 'Nelson', 'Baker', 'Rivera', 'Campbell', 'Mitchell', 'Carter',
    'Roberts', 'Goldberg', 'Schwartz', 'Kaplan', 'O''Brien', 'Patel', 'Shah', 'Chen', 'Wang', 'Kim', 'Ivanov'], u(owner, 30))
    || upper(chr(97 + (hash(owner) % 26)::INTEGER)) || lower(hex((hash(owner) % 997)::BIGINT));
CREATE OR REPLACE MACRO given_name(owner) AS pick(['James', 'Mary', 'Robert', 'Patricia', 'John', 'Jennifer', 'Michael',
    'Linda', 'David', 'Elizabeth', 'William', 'Barbara', 'Richard', 'Susan', 'Joseph', 'Jessica', 'Thomas', 'Karen', 'Charles',
    'Sarah', 'Christopher', 'Lisa', 'Daniel', 'Nancy', 'Matthew', 'Sandra', 'Anthony', 'Ashley', 'Mark', 'Emily'], u(owner, 31))
    || ' ' || chr(65 + (hash(owner) % 26)::INTEGER);
CREATE OR REPLACE MACRO company_name(company) AS pick(['American', 'National', 'First', 'United', 'Global', 'Pacific',
    'Atlantic', 'Advanced', 'General', 'Allied', 'Northern', 'Summit', 'Liberty', 'Pioneer', 'Crown', 'Apex', 'Blue Ridge',
    'Silver Lake', 'Golden State', 'Great Plains'], u(company, 32)) || ' ' || pick(['Bancorp', 'Therapeutics', 'Energy',
    'Technologies', 'Holdings', 'Pharmaceuticals', 'Systems', 'Financial', 'Resources', 'Software', 'Biosciences', 'Realty',
    'Semiconductor', 'Medical', 'Foods', 'Networks'], u(company, 33)) || ' ' || company || pick([' INC', ' CORP', ', Inc.',
    ' Ltd', ' plc', ' INC /DE/'], u(company, 34));
CREATE OR REPLACE MACRO ticker(company) AS CASE WHEN u(company, 35) < 0.88 THEN
    chr(65 + (company * 48271 % 456976 // 17576)::INTEGER) || chr(65 + (company * 48271 % 17576 // 676)::INTEGER)
    || chr(65 + (company * 48271 % 676 // 26)::INTEGER) || chr(65 + (company * 48271 % 26)::INTEGER) END;
CREATE OR REPLACE MACRO traded_on(id, filed) AS filed - CASE WHEN u(id, 36) < 0.9 THEN 1 + floor(3 * u(id, 37)) ELSE floor(90 * pow(u(id, 38), 3)) END::INTEGER;
CREATE OR REPLACE MACRO note(id, notes, share, salt) AS
    CASE WHEN notes > 0 AND u(id, salt) < share THEN 'F' || (1 + floor(notes * u(id, salt + 1)))::INTEGER END;
-- Half of all prices have cents, the others three or four decimals.
CREATE OR REPLACE MACRO per_share(id, price) AS round(price * (0.8 + 0.4 * u(id, 40)), CASE WHEN u(id, 41) < 0.5 THEN 2 WHEN u(id, 41) < 0.6 THEN 3 ELSE 4 END);
CREATE OR REPLACE MACRO shares(id) AS CASE WHEN u(id, 42) < 0.25 THEN 100 * (1 + floor(500 * pow(u(id, 43), 3))) WHEN u(id, 42) < 0.97 THEN 1 + floor(exp(4 + 8 * u(id, 43))) ELSE round(exp(9 * u(id, 43)), 3) END;

-- @table filings
SELECT
    accession_number, family || CASE WHEN amends THEN '/A' ELSE '' END AS form_type, filing_date,
    (filing_date::TIMESTAMP + to_seconds(57600 + floor(21000 * u(id, 50))::BIGINT)) AT TIME ZONE 'America/New_York' AS accepted_at,
    traded_on(source, source_date) AS period_of_report,
    CASE WHEN amends THEN source_date END AS date_of_original_submission,
    CASE WHEN family = '3' THEN u(id, 51) < 0.1 END AS no_securities_owned,
    u(id, 52) < 0.02 AS not_subject_to_section16,
    CASE WHEN family = '5' THEN false END AS form3_holdings_reported,
    CASE WHEN family = '5' THEN u(id, 53) < 0.5 END AS form4_transactions_reported,
    CASE WHEN getvariable('year') >= 2023 AND family = '4' THEN planned END AS aff10b5_one,
    issuer_cik, company_name(company) AS issuer_name, coalesce(ticker(company), 'NONE') AS issuer_trading_symbol,
    ticker(company) AS ticker, owners AS owner_count, notes AS footnote_count,
    CASE WHEN u(id, 54) < 0.05 THEN 'See Exhibit 99.' || (1 + id % 3) || ' - ' || CASE WHEN u(id, 55) < 0.5 THEN 'Joint Filer Information' ELSE 'Power of Attorney' END END AS remarks,
    CASE WHEN getvariable('year') < 2023 THEN 'X0306' ELSE 'X0508' END AS schema_version, 'xml' AS source_format,
    CASE WHEN u(id, 56) < 0.002 THEN 'recovered' ELSE 'strict' END AS parse_mode,
    'edgar/data/' || issuer_cik || '/' || accession_number || '.txt' AS source_path,
    sha256(accession_number) AS content_sha256, 1 AS parser_version
FROM stored

-- @table reporting_owners
SELECT
    accession_number, filing_date, issuer_cik, unnest AS owner_number, owner_cik(who) AS owner_cik,
    family_name(who) || ' ' || given_name(who) AS owner_name,
    CASE WHEN u(company, 60) < 0.4 THEN 'C/O ' || upper(company_name(company)) ELSE (10 + hash(company) % 9990) || ' ' || pick(['MAIN STREET', 'PARK AVENUE', 'MARKET STREET', 'BROADWAY', 'CORPORATE DRIVE', 'TECHNOLOGY WAY'], u(company, 61)) END AS street1,
    CASE WHEN u(company, 62) < 0.4 THEN 'SUITE ' || (100 + hash(company) % 2900) END AS street2,
    pick(['NEW YORK', 'SAN FRANCISCO', 'BOSTON', 'HOUSTON', 'CHICAGO', 'ATLANTA', 'SEATTLE', 'DENVER', 'AUSTIN', 'SAN DIEGO'], u(company, 63)) AS city,
    pick(['NY', 'CA', 'MA', 'TX', 'IL', 'GA', 'WA', 'CO', 'TX', 'CA'], u(company, 63)) AS state,
    format('{:05d}', (501 + hash(company) % 99000)::BIGINT) AS zip_code,
    u(who, 64) < 0.55 AS is_director, u(who, 65) < 0.55 AS is_officer, u(who, 66) < 0.12 AS is_ten_percent_owner, u(who, 67) < 0.02 AS is_other,
    CASE WHEN u(who, 65) < 0.55 THEN pick(['Chief Executive Officer', 'Chief Financial Officer', 'President and CEO', 'EVP and General Counsel', 'SVP, Human Resources', 'Chief Accounting Officer', 'President & COO', 'Vice President', 'See Remarks', 'Chief Medical Officer'], u(who, 68)) END AS officer_title,
    CASE WHEN u(who, 67) < 0.02 THEN 'Member of 10% owner group' END AS other_text
FROM (SELECT *, unnest, CASE WHEN unnest = 1 THEN owner ELSE 10000 + company * 64 + (hash(source) + unnest * 7) % 24 END::BIGINT AS who FROM (SELECT *, unnest(range(1, owners + 1)) AS unnest FROM stored))

-- @table non_derivative_transactions
SELECT
    accession_number, filing_date, issuer_cik, number AS row_number,
    pick(['Common Stock', 'Common Stock', 'Common Stock', 'Class A Common Stock', 'Common Stock, $0.01 par value', 'Ordinary Shares', 'Common Shares'], u(company, 70)) AS security_title,
    note(row_id, notes, 0.03, 71) AS security_title_fn,
    traded_on(source, source_date) AS transaction_date, family AS transaction_form_type, code AS transaction_code, false AS equity_swap_involved,
    note(row_id, notes, 0.22, 73) AS transaction_coding_fn, CASE WHEN u(row_id, 75) < 0.01 THEN 'L' END AS transaction_timeliness,
    shares(row_id) AS transaction_shares, note(row_id, notes, 0.06, 76) AS transaction_shares_fn,
    CASE WHEN u(row_id, 78) < 0.04 THEN NULL WHEN code IN ('A', 'G', 'J') THEN 0 WHEN code = 'M' THEN per_share(company * 50 + floor(50 * u(row_id, 79))::BIGINT, price * 0.5) ELSE per_share(row_id, price) END AS transaction_price_per_share,
    CASE WHEN u(row_id, 78) < 0.04 THEN 'F1' ELSE note(row_id, notes, 0.25, 80) END AS transaction_price_per_share_fn,
    CASE WHEN code IN ('P', 'M', 'A') THEN 'A' ELSE 'D' END AS transaction_acquired_disposed_code,
    floor(exp(7 + 8 * u(source, 82))) + 1000 - number * 10 AS shares_owned_following_transaction,
    note(row_id, notes, 0.08, 83) AS shares_owned_following_transaction_fn,
    CASE WHEN u(row_id, 85) < 0.8 THEN 'D' ELSE 'I' END AS direct_or_indirect_ownership,
    CASE WHEN u(row_id, 85) >= 0.8 THEN pick(['By Trust', 'By Spouse', 'By LLC', 'See Footnote', 'By 401(k) Plan', 'By Limited Partnership', 'See footnote'], u(row_id, 86)) END AS nature_of_ownership,
    CASE WHEN u(row_id, 85) >= 0.8 THEN note(row_id, notes, 0.5, 87) END AS nature_of_ownership_fn
FROM (
    SELECT *, id * 100 + number AS row_id, pick(['S', 'S', 'S', 'S', 'S', 'S', 'P', 'P', 'M', 'M', 'M', 'M', 'A', 'A', 'A', 'F', 'F', 'F', 'G', 'J'], u(id * 100 + number, 88)) AS code
    FROM (SELECT *, unnest(range(1, sales + 1)) AS number FROM stored)
)

-- @table derivative_transactions
SELECT
    accession_number, filing_date, issuer_cik, number AS row_number,
    pick(['Stock Option (right to buy)', 'Restricted Stock Units', 'Employee Stock Option', 'Phantom Stock', 'Warrant', 'Series A Preferred Stock', 'Performance Rights'], u(row_id, 100)) AS security_title,
    note(row_id, notes, 0.15, 101) AS security_title_fn,
    CASE WHEN u(row_id, 103) < 0.7 THEN per_share(company * 50 + floor(50 * u(row_id, 104))::BIGINT, price * 0.5) END AS conversion_or_exercise_price,
    CASE WHEN u(row_id, 103) >= 0.7 THEN 'F1' END AS conversion_or_exercise_price_fn,
    traded_on(source, source_date) AS transaction_date, family AS transaction_form_type, code AS transaction_code, false AS equity_swap_involved,
    shares(row_id) AS transaction_shares,
    CASE WHEN u(row_id, 105) < 0.95 THEN 0 END AS transaction_price_per_share,
    CASE WHEN code = 'A' THEN 'A' ELSE 'D' END AS transaction_acquired_disposed_code,
    CASE WHEN u(row_id, 106) < 0.4 THEN filing_date + 365 END AS exercise_date, CASE WHEN u(row_id, 106) >= 0.4 THEN note(row_id, notes, 0.9, 107) END AS exercise_date_fn,
    CASE WHEN u(row_id, 109) < 0.7 THEN filing_date + 3650 - (row_id % 3000)::INTEGER END AS expiration_date, CASE WHEN u(row_id, 109) >= 0.7 THEN note(row_id, notes, 0.9, 110) END AS expiration_date_fn,
    'Common Stock' AS underlying_security_title, shares(row_id) AS underlying_security_shares,
    floor(exp(12 * u(row_id, 112))) AS shares_owned_following_transaction, 'D' AS direct_or_indirect_ownership
FROM (
    SELECT *, id * 100 + 50 + number AS row_id, pick(['M', 'M', 'M', 'A', 'A', 'A', 'A', 'C', 'D', 'J'], u(id * 100 + 50 + number, 113)) AS code
    FROM (SELECT *, unnest(range(1, options + 1)) AS number FROM stored)
)

-- @table non_derivative_holdings
SELECT
    accession_number, filing_date, issuer_cik, sales + number AS row_number, 'Common Stock' AS security_title,
    floor(exp(5 + 9 * u(id * 100 + number, 120))) AS shares_owned_following_transaction,
    note(id * 100 + number, notes, 0.3, 121) AS shares_owned_following_transaction_fn,
    CASE WHEN u(id * 100 + number, 123) < 0.3 THEN 'D' ELSE 'I' END AS direct_or_indirect_ownership,
    CASE WHEN u(id * 100 + number, 123) >= 0.3 THEN pick(['By Trust', 'By Spouse', 'By Children', 'By LLC', 'See Footnote', 'By 401(k) Plan'], u(id * 100 + number, 124)) END AS nature_of_ownership
FROM (SELECT *, unnest(range(1, holdings + 1)) AS number FROM stored)

-- @table derivative_holdings
SELECT
    accession_number, filing_date, issuer_cik, options + number AS row_number, 'Stock Option (right to buy)' AS security_title,
    per_share(id * 100 + number, price * 0.5) AS conversion_or_exercise_price, filing_date - 200 AS exercise_date,
    filing_date + 3000 AS expiration_date, 'Common Stock' AS underlying_security_title, shares(id * 100 + number) AS underlying_security_shares,
    shares(id * 100 + number) AS shares_owned_following_transaction, 'D' AS direct_or_indirect_ownership
FROM (SELECT *, unnest(range(1, option_holdings + 1)) AS number FROM stored)

-- @table footnotes
-- A company's lawyers use the same words again and again, with other figures in them.
SELECT accession_number, filing_date, issuer_cik, 'F' || number AS footnote_id,
    CASE kind
        WHEN 0 THEN 'The price reported in Column 4 is a weighted average price. These shares were sold in multiple transactions at prices ranging from $' || low || ' to $' || high || ', inclusive. The reporting person undertakes to provide to ' || company_name(company) || ', any security holder of ' || company_name(company) || ', or the staff of the Securities and Exchange Commission, upon request, full information regarding the number of shares sold at each separate price within the range set forth in this footnote.'
        WHEN 1 THEN 'The sales reported on this Form 4 were effected pursuant to a Rule 10b5-1 trading plan adopted by the reporting person on ' || strftime(adopted, '%B %-d, %Y') || '.'
        WHEN 2 THEN 'The option vested as to 25% of the shares on ' || strftime(adopted, '%B %-d, %Y') || ', the first anniversary of the vesting commencement date, and the remainder vests in ' || pick(['36 equal monthly', '12 equal quarterly', '3 equal annual'], u(company, 131)) || ' installments thereafter, subject to the reporting person''s continued service to the Issuer through each vesting date.'
        WHEN 3 THEN 'Each restricted stock unit represents a contingent right to receive one share of the Issuer''s common stock.'
        WHEN 4 THEN 'The shares are held of record by ' || family_name(owner) || ' Capital Partners ' || pick(['II', 'III', 'IV', 'V'], u(owner, 132)) || ', L.P. The general partner may be deemed to have sole voting and dispositive power over the shares. The reporting person disclaims beneficial ownership of such securities except to the extent of his or her pecuniary interest therein, and the inclusion of these securities in this report shall not be deemed an admission of beneficial ownership for purposes of Section 16 or for any other purpose.'
        WHEN 5 THEN 'Represents shares withheld by the Issuer to satisfy tax withholding obligations in connection with the vesting of ' || count || ' restricted stock units granted on ' || strftime(adopted, '%m/%d/%Y') || '.'
        WHEN 6 THEN 'Held by the ' || given_name(owner) || ' ' || family_name(owner) || ' Family Trust dated ' || strftime(adopted, '%m/%d/%Y') || ', of which the reporting person is trustee.'
        WHEN 7 THEN 'Includes ' || count || ' shares acquired under the ' || company_name(company) || ' Employee Stock Purchase Plan on ' || strftime(adopted, '%B %-d, %Y') || '.'
        WHEN 8 THEN 'Pursuant to the Agreement and Plan of Merger, dated as of ' || strftime(adopted, '%B %-d, %Y') || ', by and among the Issuer, Parent and Merger Sub, each outstanding share was converted at the effective time into the right to receive $' || high || ' in cash, without interest and less applicable withholding taxes. In accordance with the terms of the merger agreement, each option, whether vested or unvested, was cancelled and converted into the right to receive the excess of the merger consideration over its exercise price, multiplied by the ' || count || ' shares subject to it.'
        WHEN 9 THEN 'Granted under the Issuer''s ' || year(adopted) || ' Equity Incentive Plan.'
        WHEN 10 THEN 'The units vest in three equal annual installments beginning ' || strftime(adopted, '%B %-d, %Y') || '.'
        ELSE 'Not applicable.'
    END AS footnote_text
FROM (
    SELECT *, (12 * pow(u(CASE WHEN u(note_id, 133) < 0.5 THEN source // 4000 + company * 10 + number ELSE note_id END, 134), 1.2))::INTEGER AS kind,
        round(price * (0.9 + 0.05 * u(note_id, 135)), 2)::DECIMAL(20,2) AS low, round(price * (1 + 0.05 * u(note_id, 136)), 2)::DECIMAL(20,4) AS high,
        DATE '2000-01-01' + (floor(300 * u(company * 7 + floor(5 * u(note_id, 137))::BIGINT, 138)) + 365 * (getvariable('year') - 2001))::INTEGER AS adopted,
        format('{:,d}', (1 + floor(exp(4 + 7 * u(note_id, 139))))::BIGINT) AS count
    FROM (SELECT *, id * 100 + number AS note_id FROM (SELECT *, unnest(range(1, notes + 1)) AS number FROM stored))
)

-- @table signatures
SELECT accession_number, filing_date, issuer_cik, number AS signature_number,
    CASE WHEN u(owner, 140) < 0.5 THEN '/s/ ' || given_name(owner) || ' ' || family_name(owner) ELSE '/s/ ' || given_name(company) || ' ' || family_name(company) || ', Attorney-in-Fact' END AS signature_name,
    filing_date - (u(id, 141) < 0.3)::INTEGER AS signature_date
FROM (SELECT *, unnest(range(1, CASE WHEN u(id, 142) < 0.5 THEN 2 ELSE owners + 1 END)) AS number FROM stored)

-- @table parse_issues
SELECT accession_number, filing_date, issuer_cik, 'non_derivative_transactions' AS table_name, 1 AS row_number,
    'transaction_shares' AS column_name, '1,000' || id % 97 AS raw_value, 'not a number' AS reason
FROM stored WHERE sales > 0 AND u(id, 150) < 0.004

-- @table quarantine
SELECT accession_number, filing_date, family AS form_type, 'edgar/data/' || issuer_cik || '/' || accession_number || '.txt' AS source_path,
    'parse' AS stage, 'no ownershipDocument in it' AS reason, 1 AS attempts, filing_date + INTERVAL 22 HOUR AS first_seen,
    filing_date + INTERVAL 22 HOUR AS last_tried
FROM base WHERE quarantined

-- @table index_entries
SELECT accession_number, filing_date, filing_date AS index_date, family || CASE WHEN amends THEN '/A' ELSE '' END AS form_type,
    upper(company_name(company)) AS company_name, 'edgar/data/' || issuer_cik || '/' || accession_number || '.txt' AS source_path
FROM base

-- @table index_days
SELECT day AS index_date, 'whole' AS state, '3,3/A,4,4/A,5,5/A' AS forms, day + INTERVAL 26 HOUR AS read_at,
    strftime(day, 'edgar/daily-index/%Y/QTR') || quarter(day) || strftime(day, '/form.%Y%m%d.idx') AS source_path,
    sha256(day::VARCHAR) AS content_sha256
FROM business_days
