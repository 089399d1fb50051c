-- Which class of securities does a title name? The title without what differs from filing to filing: case, punctuation,
-- the order of words, plurals, par value, notes in brackets, and the words stock and share. `Common Stock`,
-- `Common Shares.` and `Common Stock, par value $0.01 per share` are one; Class A is not Class B, an ADS not ordinary.
-- (title): A security's title as filed.
coalesce(
    nullif(
        array_to_string(
            list_sort(
                list_distinct(
                    list_filter(
                        list_transform(
                            string_split(
                                trim(
                                    regexp_replace(
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
                                        ),
                                        '[^a-z0-9]+',
                                        ' ',
                                        'g'
                                    )
                                ),
                                ' '
                            ),
                            lambda word: CASE
                                WHEN word IN ('com', 'cmn') THEN 'common'
                                WHEN word = 'cl' THEN 'class'
                                WHEN word = 'ser' THEN 'series'
                                WHEN word IN ('pfd', 'pref') THEN 'preferred'
                                WHEN word IN ('psu', 'psus') THEN 'performance restricted unit'
                                WHEN word IN ('rsu', 'rsus') THEN 'restricted unit'
                                WHEN word IN ('ads', 'adss') THEN 'american depositary'
                                WHEN word IN ('series', 'class') THEN word
                                ELSE regexp_replace(word, 's$', '')
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
