-- How complete is each day? One row for every weekday from the lake's first day to the newest that EDGAR must have
-- published (the business day before today in New York, or before the variable as_of), and for each other day whose
-- index was looked for.
WITH today AS (
    SELECT CAST(
        coalesce(CAST(getvariable('as_of') AS TIMESTAMPTZ), now()) AT TIME ZONE 'America/New_York' AS DATE
    ) AS day
),
held_sets AS (
    SELECT
        make_date(CAST(left(quarter, 4) AS BIGINT), 3 * CAST(right(quarter, 1) AS BIGINT) - 2, 1) AS first_day,
        any_value(forms) AS forms,
        bool_or(problem LIKE '%left out%' OR problem LIKE '%absent%') AS is_cut
    FROM datasets
    GROUP BY first_day
),
span AS (
    SELECT
        least((SELECT min(index_date) FROM index_days), (SELECT min(first_day) FROM held_sets)) AS first_day,
        (SELECT max(b.day) FROM business_days b, today t WHERE b.is_business_day AND b.day < t.day) AS newest_due
),
weekdays AS (
    SELECT
        day,
        is_business_day,
        CAST(date_trunc('quarter', day) AS DATE) AS quarter_begins,
        day = max(day) FILTER (is_business_day) OVER (PARTITION BY date_trunc('quarter', day)) AS ends_quarter
    FROM business_days
    WHERE isodow(day) <= 5
),
unread AS (
    SELECT
        w.day AS index_date,
        CASE
            WHEN NOT w.is_business_day THEN 'holiday'
            WHEN s.first_day IS NULL THEN 'never read'
            WHEN s.is_cut OR (w.ends_quarter AND n.first_day IS NULL) THEN 'partial'
            ELSE 'from a data set'
        END AS state,
        CASE WHEN w.is_business_day THEN s.forms END AS forms
    FROM weekdays w
    SEMI JOIN span ON w.day BETWEEN span.first_day AND span.newest_due
    LEFT JOIN held_sets s ON s.first_day = w.quarter_begins
    LEFT JOIN held_sets n ON n.first_day = w.quarter_begins + INTERVAL 3 MONTH
    WHERE w.day NOT IN (SELECT index_date FROM index_days)
),
of_unread AS (
    SELECT
        filing_date AS index_date,
        count(*) AS expected,
        count(*) FILTER (source_format IS DISTINCT FROM 'dataset') AS stored
    FROM filings
    SEMI JOIN unread ON unread.index_date = filings.filing_date
    GROUP BY filing_date
),
asked AS (
    SELECT e.index_date, e.accession_number
    FROM index_entries e
    SEMI JOIN (
        SELECT index_date, unnest(string_split(replace(forms, ' ', ''), ',')) AS form_type FROM index_days
    ) d ON d.index_date = e.index_date AND d.form_type = e.form_type
    WHERE e.delisted_at IS NULL
),
-- Days whose listed accessions are those of the exact filings dated so, by number and sum of hashes: most days of most
-- lakes. Of them no accession needs to be looked up.
agreeing AS (
    SELECT index_date, expected
    FROM (SELECT index_date, count(*) AS expected, sum(hash(accession_number)) AS mark FROM asked GROUP BY index_date)
    JOIN (
        SELECT filing_date AS index_date, count(*) AS stored, sum(hash(accession_number)) AS mark
        FROM filings
        WHERE source_format IS DISTINCT FROM 'dataset'
        GROUP BY filing_date
    ) USING (index_date, mark)
    WHERE expected = stored
),
others AS (SELECT * FROM asked ANTI JOIN agreeing USING (index_date)),
of_read AS (
    SELECT
        index_date, state, forms, expected, expected AS stored, 0 AS quarantined, 0 AS missing, 0 AS from_datasets
    FROM index_days
    JOIN agreeing USING (index_date)
    UNION ALL
    SELECT
        index_date,
        state,
        forms,
        count(accession_number) AS expected,
        count(*) FILTER (exact) AS stored,
        count(*) FILTER (waiting AND NOT exact) AS quarantined,
        count(accession_number) FILTER (NOT exact AND NOT waiting) AS missing,
        count(*) FILTER (from_dataset) AS from_datasets
    FROM (
        SELECT
            d.index_date,
            d.state,
            d.forms,
            e.accession_number,
            f.accession_number IS NOT NULL AND f.source_format IS DISTINCT FROM 'dataset' AS exact,
            f.accession_number IS NOT NULL AND f.source_format = 'dataset' AS from_dataset,
            q.accession_number IS NOT NULL AS waiting
        FROM (SELECT * FROM index_days ANTI JOIN agreeing USING (index_date)) d
        LEFT JOIN others e ON e.index_date = d.index_date
        LEFT JOIN (
            SELECT accession_number, source_format FROM filings SEMI JOIN others USING (accession_number)
        ) f ON f.accession_number = e.accession_number
        LEFT JOIN quarantine q ON q.accession_number = e.accession_number
    )
    GROUP BY index_date, state, forms
)
SELECT
    index_date,
    CASE WHEN state = 'whole' AND missing > 0 THEN 'partial' ELSE state END AS state,
    forms,
    expected,
    stored,
    quarantined,
    missing,
    from_datasets
FROM of_read
UNION ALL
SELECT
    u.index_date,
    u.state,
    u.forms,
    coalesce(o.expected, 0) AS expected,
    coalesce(o.stored, 0) AS stored,
    0 AS quarantined,
    coalesce(o.expected - o.stored, 0) AS missing,
    coalesce(o.expected - o.stored, 0) AS from_datasets
FROM unread u
LEFT JOIN of_unread o USING (index_date)
