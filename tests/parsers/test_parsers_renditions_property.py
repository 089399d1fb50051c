"""Of synthetic filings with known truth: the HTML rendition gives back all that it shows."""

from collections import Counter
from copy import deepcopy
from dataclasses import fields
from datetime import date
from typing import Any

from parsers import Filing, parse_submission
from replica import business_days, generate_archive
from replica.rendition import rendition_html

TRADES = ("non_derivative_transactions", "derivative_transactions")
HOLDINGS = ("non_derivative_holdings", "derivative_holdings")
NOT_SHOWN = ("schema_version", "issuer_foreign_trading_symbol", "accession_number", "filing_date", "accepted_at")
ABOUT_THE_BYTES = ("source_format", "parse_mode", "source_path", "content_sha256", "parser_version")
BOXES = ("is_director", "is_officer", "is_ten_percent_owner", "is_other")
TEXTS = ("officer_title", "other_text", "state_description", "country", "non_us_address", "non_us_state_territory")


def shown(truth: Filing) -> Filing:
    """The truth without what the page does not show, and with what it shows instead."""
    filing = deepcopy(truth)
    form = filing.form_type[0]
    filing.no_securities_owned = filing.no_securities_owned or None
    if form != "3":
        filing.not_subject_to_section16 = bool(filing.not_subject_to_section16)
    for number, owner in enumerate(filing.reporting_owners):
        for name in BOXES:
            setattr(owner, name, None if number else bool(getattr(owner, name)))
        for name in TEXTS[0 if number else 2 :]:
            setattr(owner, name, None)
    for row in [*filing.non_derivative_transactions, *filing.derivative_transactions]:
        early = form == "4" and row.transaction_code is not None and row.transaction_form_type == "5"
        row.transaction_timeliness = "E" if early else None
        if form == "5" or row.transaction_code is None:
            row.transaction_form_type = None
        if form == "5":
            row.transaction_timeliness_fn = None
        row.equity_swap_involved = bool(row.equity_swap_involved) if row.transaction_code is not None else None
    for row in filing.derivative_transactions:
        row.transaction_acquired_disposed_code_fn = None
        if row.transaction_total_value is not None:  # one cell shows both, the value with a dollar sign
            notes = [each for each in (row.transaction_shares_fn, row.transaction_total_value_fn) if each]
            row.transaction_shares_fn, row.transaction_total_value_fn = None, ",".join(notes) or None
        if not any((row.transaction_shares, row.transaction_shares_fn, row.transaction_total_value)):
            row.transaction_acquired_disposed_code = None
    for held in [*filing.non_derivative_holdings, *filing.derivative_holdings]:
        held.transaction_form_type = None
        if form == "3" and held in filing.derivative_holdings:
            held.shares_owned_following_transaction = held.shares_owned_following_transaction_fn = None
            held.value_owned_following_transaction = held.value_owned_following_transaction_fn = None
    return filing


def differences(filing: Filing, expected: Filing) -> list[tuple[str, Any, Any]]:
    skipped = {*NOT_SHOWN, *ABOUT_THE_BYTES, "parse_issues"}
    names = [each.name for each in fields(Filing) if each.name not in skipped]
    if filing.form_type[0] == "5":
        for row in [*filing.non_derivative_transactions, *filing.derivative_transactions]:
            row.transaction_form_type = None
    return [
        (name, getattr(filing, name), getattr(expected, name))
        for name in names
        if getattr(filing, name) != getattr(expected, name)
    ]


def test_a_rendition_gives_back_what_it_shows() -> None:
    archive = generate_archive(7, business_days(date(2024, 1, 2), 5), 400)
    checked: Counter[str] = Counter()
    for accession_number, truth in archive.truth.items():
        filing = parse_submission(rendition_html(truth).encode())
        assert differences(filing, shown(truth)) == [], accession_number
        assert filing.parse_issues == [], accession_number
        checked["filings"] += 1
        for table in (*TRADES, *HOLDINGS, "footnotes", "reporting_owners"):
            checked[table] += len(getattr(filing, table))
    assert min(checked.values()) > 20, checked
