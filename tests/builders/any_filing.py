"""Any filing that a form can hold: arbitrary texts, amounts, footnotes and gaps, for all forms and schema versions."""

import re
from dataclasses import fields
from datetime import date
from decimal import Decimal
from typing import Any

from hypothesis import strategies as st

from form4lake.parsers.ticker import ticker
from form4lake.replica.generator_filing import VERSIONS
from form4lake.tables import (
    OWNERSHIP_FORMS,
    DerivativeHolding,
    DerivativeTransaction,
    Filing,
    Footnote,
    NonDerivativeHolding,
    NonDerivativeTransaction,
    ReportingOwner,
    Signature,
)

SIGNED = date(2026, 6, 30)
"""No event of a filing is later than its signatures."""

LETTERS = "".join(map(chr, (*range(32, 127), *range(161, 173), *range(174, 384), *range(0x2010, 0x2020), 0x1F600)))
TEXT = (
    st.text(LETTERS, min_size=1, max_size=40)
    .map(lambda text: " ".join(text.split()))
    # A text that ends as a footnote's mark does cannot be told from one on a page without markup.
    .filter(lambda text: text and not re.search(r"\(\d{1,3}\)$", text))
)
WORDS = TEXT.filter(lambda text: not re.search(r"[\[\]]", text))
AMOUNTS = st.builds(lambda number, places: Decimal(number).scaleb(-places), st.integers(0, 10**15), st.integers(0, 4))
EVENTS = st.dates(date(1935, 1, 1), SIGNED)
TERMS = st.dates(date(1935, 1, 1), date(2100, 1, 1))
COLUMNS: dict[str, st.SearchStrategy[Any]] = {
    "security_title": TEXT,
    "underlying_security_title": TEXT,
    "nature_of_ownership": TEXT,
    "transaction_date": EVENTS,
    "deemed_execution_date": EVENTS,
    "exercise_date": TERMS,
    "expiration_date": TERMS,
    "transaction_form_type": st.sampled_from(["4", "5"]),
    "transaction_code": st.sampled_from("PSADFIMCEHOXGLWZJKU"),
    "equity_swap_involved": st.booleans(),
    "transaction_timeliness": st.sampled_from(["E", "L"]),
    "transaction_acquired_disposed_code": st.sampled_from("AD"),
    "direct_or_indirect_ownership": st.sampled_from("DI"),
}
CHOICES = (
    ("shares_owned_following_transaction", "value_owned_following_transaction"),
    ("underlying_security_shares", "underlying_security_value"),
    ("transaction_shares", "transaction_total_value"),
)
"""Pairs of columns of which the schema allows one."""

NOT_IN_X0101 = ("transaction_total_value", "transaction_form_type")


def notes(ids: list[str]) -> st.SearchStrategy[str | None]:
    several = st.lists(st.sampled_from(ids), min_size=1, max_size=4, unique=True).map(",".join) if ids else st.none()
    return st.none() | st.none() | several


@st.composite
def rows(draw: st.DrawFn, record: type, form: str, version: str, ids: list[str]) -> Any:
    """A row with gaps; a row of X0101 keeps a date, which tells a transaction from a holding there."""
    row = record(row_number=1)
    for name in (each.name for each in fields(record)):
        if name == "row_number":
            continue
        values = notes(ids) if name.endswith("_fn") else COLUMNS.get(name, AMOUNTS)
        setattr(row, name, draw(values if name.endswith("_fn") else st.none() | values | values))
    for pair in CHOICES:
        if hasattr(row, pair[-1]):
            left_out = draw(st.sampled_from(pair))
            setattr(row, left_out, None)
            setattr(row, f"{left_out}_fn", None)
    if "Holding" in record.__name__:
        row.transaction_form_type = draw(st.sampled_from([None, "3"])) if form == "5" else None
    elif row.transaction_code is None or form != "5":
        row.transaction_form_type = None if row.transaction_code is None else row.transaction_form_type
    if version == "X0101":
        row.transaction_form_type = None
        if hasattr(row, "transaction_date"):
            row.transaction_date = row.transaction_date or draw(EVENTS)
        else:
            row.transaction_coding_fn = None
        if hasattr(row, "transaction_total_value"):
            row.transaction_total_value = row.transaction_total_value_fn = None
    return row


@st.composite
def owners(draw: st.DrawFn, version: str) -> ReportingOwner:
    some = st.none() | WORDS
    owner = ReportingOwner(
        owner_number=1,
        owner_cik=draw(st.none() | st.integers(1, 10**10 - 1)),
        owner_name=draw(some),
        street1=draw(some),
        street2=draw(some),
        city=draw(st.sampled_from(["NEW YORK", "San Francisco", "ST. JOHN'S", "Zürich", None])),
        state=draw(st.sampled_from(["NY", "CA", "A4", "V8", None])),
        zip_code=draw(st.sampled_from(["10022", "94105-1234", "M5J2T3", "CH-8001", None])),
        state_description=draw(some),
    )
    for name in ("is_director", "is_officer", "is_ten_percent_owner", "is_other"):
        setattr(owner, name, draw(st.sampled_from([None, False, True])))
    owner.officer_title = draw(some) if owner.is_officer else None
    owner.other_text = draw(some) if owner.is_other else None
    if version >= "X0607":
        owner.non_us_address = draw(st.sampled_from([None, False, True]))
        owner.country, owner.non_us_state_territory = draw(some), draw(some)
    return owner


@st.composite
def filings(draw: st.DrawFn) -> Filing:
    form_type, version = draw(st.sampled_from(sorted(OWNERSHIP_FORMS))), draw(st.sampled_from(sorted(VERSIONS)))
    form = form_type[0]
    numbers = sorted(draw(st.sets(st.integers(1, 99), max_size=6)))
    ids = [f"F{number}" for number in numbers]
    flags = st.sampled_from([None, False, True])
    symbol = draw(st.sampled_from(["SONS", "NYSE: KRC", "(SIRI)", "[EXW]", "BFA, BFB", "NONE", None]))
    filing = Filing(
        accession_number="",
        form_type=form_type,
        period_of_report=draw(st.none() | EVENTS),
        date_of_original_submission=draw(st.none() | EVENTS) if form_type.endswith("/A") else None,
        no_securities_owned=draw(flags) if form == "3" else None,
        not_subject_to_section16=draw(flags) if form != "3" else None,
        form3_holdings_reported=draw(flags) if form == "5" else None,
        aff10b5_one=draw(flags) if version >= "X0407" and form != "3" else None,
        issuer_cik=draw(st.none() | st.integers(1, 10**10 - 1)),
        issuer_name=draw(st.none() | WORDS),
        issuer_trading_symbol=symbol,
        issuer_foreign_trading_symbol=draw(st.none() | st.just("SONS.L")) if version >= "X0607" else None,
        ticker=ticker(symbol),
        remarks=draw(st.none() | TEXT),
        schema_version=version,
        reporting_owners=draw(st.lists(owners(version), min_size=1, max_size=4)),
        footnotes=[Footnote(footnote_id=each, footnote_text=draw(st.none() | TEXT)) for each in ids],
    )
    for number, owner in enumerate(filing.reporting_owners, 1):
        owner.owner_number = number
    signed = draw(st.lists(WORDS, min_size=1, max_size=len(filing.reporting_owners)))
    filing.signatures = [
        Signature(signature_number=number, signature_name=name, signature_date=SIGNED)
        for number, name in enumerate(signed, 1)
    ]
    for prefix, trade, held in (
        ("non_derivative", NonDerivativeTransaction, NonDerivativeHolding),
        ("derivative", DerivativeTransaction, DerivativeHolding),
    ):
        kinds = [held] if form == "3" else [trade, held]
        table = draw(st.lists(st.sampled_from(kinds).flatmap(lambda k: rows(k, form, version, ids)), max_size=4))
        for number, row in enumerate(table, 1):
            row.row_number = number
        setattr(filing, f"{prefix}_transactions", [row for row in table if isinstance(row, trade)])
        setattr(filing, f"{prefix}_holdings", [row for row in table if isinstance(row, held)])
    trades = [*filing.non_derivative_transactions, *filing.derivative_transactions]
    if form == "5":
        filing.form4_transactions_reported = any(row.transaction_form_type == "4" for row in trades) or draw(flags)
    filing.owner_count, filing.footnote_count = len(filing.reporting_owners), len(ids)
    return filing
