-- Does a sentence that names Rule 10b5-1 say that a trade was under a plan, or deny it? under a plan, or denied. A word that
-- denies (not, without, other than, outside of, no, terminated, …) denies only what it governs: it must stand in the clause
-- that ends with the rule, or after the rule where that is the subject (`the plan was not in effect`). Two of them affirm.
-- (before): The sentence up to the rule's name, with straight apostrophes.
-- (after): The sentence from there on.
CASE
    -- Of the text before the rule, the clause that ends with it.
    WHEN len(
        regexp_extract_all(
            list_last(
                regexp_split_to_array(
                    regexp_replace(
                        regexp_replace(
                            regexp_replace(
                                regexp_replace(
                                    regexp_replace(
                                        before, '(?i)\b(none|neither) of (which|whom|these|those)\b', 'none', 'g'
                                    ),
                                    -- A list goes on, and so does a clause that says what kind of plan it is.
                                    '(?i)\b(contracts?|instructions?|arrangements?|agreements?),|\b(that|which) (is |are |was |were )?(satisf|compl|qualif|meet|intended|designed)',
                                    '\1 ',
                                    'g'
                                ),
                                '(?i),\s*((an?|any|the|such|his|her|its|their)?\s*(the )?(rule\s*)?)$',
                                ' \1'
                            ),
                            '(?i),? ?\b(however|therefore|in fact|accordingly)\b,?|\bnot only\b|\b(no|not) (more|less|fewer|later|earlier) than\b|\bno\.? ?\d+|\bneither\b',
                            ' ',
                            'g'
                        ),
                        '(?i)\bunder no\b',
                        'not under',
                        'g'
                    ),
                    '(?i)[,:()\[\]—]|\s[-–]\s|\b(and|but|that|which|who|whom|whose|because|since|although|though|while|when|where|whereas|if|over|control|discretion|influence|timing|decisions?|at the time|possession of|aware of|information|knowledge|consent)\b'
                )
            ),
            '(?i)\b(not|never|no|none|nor|without|outside|except|cannot|lacks?|absent|isnt|wasnt|arent|werent|didnt)\b|n''t\b|\b(other|otherwise|rather) than\b|\binstead of\b|\bin lieu of\b|\bindependent(ly)? (of|from)\b|\bunrelated to\b|\bexclusive of\b|\bseparate (and apart )?from\b|\b(terminated|terminating|cancel+ed|revoked|expired|suspended)\b|\b(termination|expiration|cancellation) of\b|\b(prior to|before) (the |his |her |its )?(adoption|adopting|entry into|entering)\b'
        )
    ) % 2 = 1 THEN 'denied'
    -- The rule is the subject: no preposition leads to it.
    WHEN NOT regexp_matches(
        list_last(
            regexp_split_to_array(
                before, '(?i)[,:;()\[\]—]|\s[-–]\s|\b(and|but|that|which|who|because|since|although|though|while|when|where|if)\b'
            )
        ),
        '(?i)\b(pursuant|under|accordance|compliance|through|per|via|by|to|within|reliance|according|from|in|with|of|on|for)\b'
    )
        AND regexp_matches(
            regexp_split_to_array(
                after, '(?i)[,:;()\[\]—]|\s[-–]\s|\b(and|but|that|which|who|because|although|though|while|when|where|if)\b'
            )[1],
            '(?i)\b(not|never|no longer|terminated|terminates|expired|cancel+ed|revoked|suspended)\b|n''t\b'
        ) THEN 'denied'
    ELSE 'under a plan'
END
