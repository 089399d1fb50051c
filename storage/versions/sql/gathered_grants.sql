text_key(lower(regexp_extract(r.underlying_security_title, '^[^,.(]*[A-Za-z]'))) AS underlying,
    CASE WHEN r.conversion_or_exercise_price IS NULL OR r.expiration_date IS NULL THEN
        text_key(
            lower(
                array_to_string(
                    list_transform(
                        list_sort(list_distinct(string_split(nullif(concat_ws(',', {notes}), ''), ','))),
                        lambda id: f.footnote_texts[list_position(f.footnote_ids, id)]
                    ),
                    ' '
                )
            )
        )
    END AS terms
