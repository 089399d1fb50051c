-- Which class of securities does a title name? The title without what differs from filing to filing: case, punctuation,
-- the order of words, plurals, par value, notes in brackets, and the words stock and share. `Common Stock`,
-- `Common Shares.` and `Common Stock, par value $0.01 per share` are one; Class A is not Class B, an ADS not ordinary.
-- (title): A security's title as filed.
CASE
    -- Most titles are these, and the rest of this is dear.
    WHEN regexp_full_match(title, '(?i)common (stock|shares?)(, (par value )?\$0?\.\d+ (par value )?(per share)?)?\.?')
        THEN 'common'
    ELSE coalesce(
        nullif(
            array_to_string(
                list_sort(
                    list_distinct(
                        list_filter(
                            list_transform(
                                string_split(
                                    trim(
                                        regexp_replace(
                                            CASE WHEN regexp_matches(title, '(?i)[0-9("$]|\b(par|nominal|stated|beneficial)\b') THEN
                                                regexp_replace(
                                                    regexp_replace(
                                                        lower(title),
                                                        '\(\s*\d+\s*\)|\((the )?"[^"]*"\)|\$?\s*[\d.]*\s*\(?\s*((with|without|no|of|at) )*(a )?(\$\s?[\d.]+ )?\b(par|nominal|stated)\b( value)?( of)?( (us|u\.s\.)?\s?\$?\s?[\d.]+)?( ?(per|a|each|/) (common |ordinary )?share)?',
                                                        ' ',
                                                        'g'
                                                    ),
                                                    'of beneficial interest|beneficial interest|\$\s?[\d.]+( ?(per|a|each|/) share)?',
                                                    ' ',
                                                    'g'
                                                )
                                            ELSE lower(title) END,
                                            '[^a-z0-9]+',
                                            ' ',
                                            'g'
                                        )
                                    ),
                                    ' '
                                ),
                                lambda word: CASE word
                                    WHEN 'com' THEN 'common'
                                    WHEN 'cmn' THEN 'common'
                                    WHEN 'cl' THEN 'class'
                                    WHEN 'ser' THEN 'series'
                                    WHEN 'pfd' THEN 'preferred'
                                    WHEN 'pref' THEN 'preferred'
                                    WHEN 'psu' THEN 'performance restricted unit'
                                    WHEN 'psus' THEN 'performance restricted unit'
                                    WHEN 'rsu' THEN 'restricted unit'
                                    WHEN 'rsus' THEN 'restricted unit'
                                    WHEN 'ads' THEN 'american depositary'
                                    WHEN 'adss' THEN 'american depositary'
                                    WHEN 'series' THEN word
                                    WHEN 'class' THEN word
                                    ELSE CASE WHEN word[-1] = 's' THEN word[:-2] ELSE word END
                                END
                            ),
                            lambda word: word NOT IN ('', 'stock', 'share', 'the', 'of', 'par', 'value')
                        )
                    )
                ),
                ' '
            ),
            ''
        ),
        lower(title)
    )
END
