-- What does a text say of a Rule 10b5-1 plan? A struct: whether it denies that trades were under one, and the sentence that
-- says so; NULL where it does not speak of one. Read sentence by sentence; one that affirms outweighs those that deny. The rule is found however it is typed:
-- 10b5-1, 10b-5-1, 10(b)(5)-1, 10b5-l, with any dash, 10b51 plan, Rule 10b5 trading plan; Rule 10b-5 is another rule.
-- (words): Footnotes, or remarks.
CASE
    WHEN regexp_matches(words, '(?i)\b10\s?\(?b') THEN
        list_extract(
            list_sort(
                list_transform(
                    list_filter(
                        list_transform(
                            string_split(
                                regexp_replace(
                                    regexp_replace(
                                        replace(replace(words, '’', ''''), '‘', ''''),
                                        '\b(Mr|Mrs|Ms|Dr|Inc|Corp|Co|Ltd|St|Jr|Sr|Nos?|Sec|vs)\.\s',
                                        '\1 ',
                                        'g'
                                    ),
                                    '([.!?;])\s+|\n+',
                                    '\1' || chr(1),
                                    'g'
                                ),
                                chr(1)
                            ),
                            lambda sentence: struct_pack(
                                sentence := trim(sentence),
                                rule := regexp_extract(
                                    sentence,
                                    '(?i)\b10\s?\(?b\)?\s?[-‐‑‒–—−]?\s?\(?5\)?(\s?[-‐‑‒–—−]\s?\(?[1li]\b|\(?1\)?\s+(plan|trading|sales?|selling|purchase|arrangement|instruction)|\s+((pre-?arranged|automatic|written|stock|trading|sales?|selling|purchase)\s+)*(plan|arrangement|instruction))'
                                )
                            )
                        ),
                        lambda each: each.rule <> ''
                    ),
                    lambda each: struct_pack(
                        -- Sorted so that what affirms comes first.
                        denies := plan_says(
                            string_split(each.sentence, each.rule)[1],
                            substring(each.sentence, len(string_split(each.sentence, each.rule)[1]) + len(each.rule) + 1)
                        ) = 'denied',
                        sentence := each.sentence
                    )
                )
            ),
            1
        )
END
