split_part(
        list_filter(
            f.currency_notes,
            lambda note: list_contains(string_split(r.transaction_price_per_share_fn, ','), split_part(note, ' ', 1))
        )[1],
        ' ',
        2
    ) AS price_currency,
    nullif(list_transform(
        list_filter(
            list_zip(f.doubted_rows, f.doubted_texts),
            lambda doubt: doubt[1] = '{numeral} ' || r.row_number
        ),
        lambda doubt: doubt[2]
    ), []) AS doubts,
    -- Each id once, where it comes first.
    list_filter(
        string_split(nullif(concat_ws(',', {notes}), ''), ','),
        lambda id, place: list_position(string_split(concat_ws(',', {notes}), ','), id) = place
    ) AS footnote_ids,
    nullif(
        array_to_string(
            list_transform(
                list_filter(
                    string_split(nullif(concat_ws(',', {notes}), ''), ','),
                    lambda id, place: list_position(string_split(concat_ws(',', {notes}), ','), id) = place
                ),
                lambda id: f.footnote_texts[list_position(f.footnote_ids, id)]
            ),
            chr(10) || chr(10)
        ),
        ''
    ) AS footnotes
