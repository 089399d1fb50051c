"""Of filings with known truth: parse(render(truth)) is the truth, as XML, as HTML rendition and as text rendition."""

from collections import Counter
from collections.abc import Callable
from copy import deepcopy
from dataclasses import fields
from datetime import date
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from form4lake.parsers import DOUBTS, Filing, parse_submission
from form4lake.replica import business_days, generate_archive
from form4lake.replica.archive import Archive
from form4lake.replica.generator_filing import VERSIONS
from form4lake.replica.render import XmlStyle, ownership_xml
from form4lake.replica.rendition_html import rendition_html
from form4lake.replica.rendition_text import TextStyle, rendition_text
from form4lake.tables import DerivativeHolding, DerivativeTransaction, NonDerivativeHolding
from form4lake.tests.builders.any_filing import CHOICES, filings

XML_STYLES = st.builds(
    XmlStyle,
    words=st.booleans(),
    date_offset=st.sampled_from(["", "-05:00", "Z"]),
    empty_elements=st.booleans(),
    empty_tables=st.booleans(),
    timeliness=st.sampled_from(["absent", "empty", "empty value"]),
    character_references=st.booleans(),
    flush=st.booleans(),
)
TEXT_STYLES = st.builds(
    TextStyle,
    box=st.sampled_from(['<input checked="" type="checkbox"/>', "[X]", "[x]", "X"]),
    empty_box=st.sampled_from(["", "[ ]", '<input type="checkbox"/>']),
    mark=st.sampled_from(["({})", " ({})", "<sup>({})</sup>"]),
    crlf=st.booleans(),
)
RENDER: dict[str, tuple[Callable[[Filing, Any], str | bytes], st.SearchStrategy[Any]]] = {
    "xml": (ownership_xml, XML_STYLES),
    "html": (lambda filing, _: rendition_html(filing), st.none()),
    "text": (rendition_text, TEXT_STYLES),
}
NOT_OF_THE_FORM = {"accession_number", "filing_date", "accepted_at", "source_path", "content_sha256", "parser_version"}
BOXES = ("is_director", "is_officer", "is_ten_percent_owner", "is_other")
NOT_ON_A_PAGE = ("state_description", "country", "non_us_address", "non_us_state_territory")
CANNOT_BE_TOLD_APART = "an address that cannot be told apart with certainty"
OFFICER_OR_OTHER = "a text of which the boxes do not tell whether it is a title or another relationship"


def shown(truth: Filing, source_format: str) -> tuple[Filing, set[str]]:
    """The truth as far as a format shows it, and the reasons of the issues that must say what it does not show.

    XML shows everything. A page shows a box without a mark, whether the XML says false or nothing; on Form 3 no box but
    those of the relationship; the relationship of the first owner alone; no foreign symbol and no state in words; one
    number a cell, with the footnotes of both columns that it can be of. It tells a transaction from a holding by what
    stands in the columns of one, has no column for an amount neither acquired nor disposed of, and of the coding shows
    the code, the swap and, on Form 4, an early report. The text shows no CIK, writes city, state and code as one, and
    the title and the other relationship without saying which is which; an amendment it shows by the original's date.
    """
    filing, reasons = deepcopy(truth), set()
    filing.source_format, filing.parse_mode = source_format, "strict"
    if source_format == "xml":
        return filing, reasons
    form, first = filing.form_type[0], filing.reporting_owners[0]
    filing.schema_version = filing.issuer_foreign_trading_symbol = None
    filing.no_securities_owned = filing.no_securities_owned or None
    if form != "3":
        filing.not_subject_to_section16 = bool(filing.not_subject_to_section16)
    if form == "5":
        filing.form3_holdings_reported = bool(filing.form3_holdings_reported)
        filing.form4_transactions_reported = bool(filing.form4_transactions_reported)
    for owner in filing.reporting_owners:
        for name in BOXES:
            setattr(owner, name, bool(getattr(owner, name)) if owner is first else None)
        for name in NOT_ON_A_PAGE if owner is first else (*NOT_ON_A_PAGE, "officer_title", "other_text"):
            setattr(owner, name, None)
        if source_format == "text":
            owner.owner_cik = None
            place = (owner.city, owner.state, owner.zip_code)
            if any(place) and not all(place):
                reasons.add(CANNOT_BE_TOLD_APART)
            if not all(place):
                owner.city = owner.state = owner.zip_code = None
            if owner.street1 is None:
                owner.street1, owner.street2 = owner.street2, None
    if source_format == "text":
        filing.issuer_cik = None
        if filing.date_of_original_submission is None:
            filing.form_type = form
        if first.is_officer and first.is_other and (first.officer_title is None) is not (first.other_text is None):
            first.officer_title = first.other_text = None
            reasons.add(OFFICER_OR_OTHER)
    for table, holding in (("non_derivative", NonDerivativeHolding), ("derivative", DerivativeHolding)):
        held = getattr(filing, f"{table}_holdings")
        trades = [_trade(row, filing) for row in getattr(filing, f"{table}_transactions")]
        names = {each.name for each in fields(holding)}
        unseen = [row for row in trades if not _has_trade(row, form)]
        held += [holding(**{name: getattr(row, name) for name in names}) for row in unseen]
        held.sort(key=lambda row: row.row_number)
        setattr(filing, f"{table}_transactions", [row for row in trades if row not in unseen])
    for row in [*filing.non_derivative_holdings, *filing.derivative_holdings]:
        row.transaction_form_type = None
        _one_number_a_cell(row)
        if form == "3":
            row.transaction_coding_fn = None
    for row in filing.derivative_holdings if form == "3" else ():
        row.shares_owned_following_transaction = row.shares_owned_following_transaction_fn = None
        row.value_owned_following_transaction = row.value_owned_following_transaction_fn = None
    return filing, reasons


def _trade(row: Any, filing: Filing) -> Any:
    """A transaction as a page of its form shows it."""
    form, code = filing.form_type[0], row.transaction_code
    if isinstance(row, DerivativeTransaction):
        row.transaction_acquired_disposed_code_fn = None
        if row.transaction_acquired_disposed_code is None:
            row.transaction_shares = row.transaction_shares_fn = None
            row.transaction_total_value = row.transaction_total_value_fn = None
        amounts = ("transaction_shares", "transaction_total_value")
        if not any(getattr(row, each) is not None or getattr(row, f"{each}_fn") for each in amounts):
            row.transaction_acquired_disposed_code = None
    _one_number_a_cell(row)
    early = form == "4" and code is not None and row.transaction_form_type == "5"
    row.transaction_timeliness = "E" if early else None
    row.equity_swap_involved = bool(row.equity_swap_involved) if code is not None else None
    row.transaction_form_type = None if code is None else "5" if early else "4" if form == "4" else None
    if form == "5":
        row.transaction_timeliness_fn = None
        if code is not None and not filing.form4_transactions_reported:
            row.transaction_form_type = "5"
    return row


def _has_trade(row: Any, form: str) -> bool:
    columns = ["transaction_date", "deemed_execution_date", "transaction_code", "transaction_price_per_share"]
    columns += ["transaction_shares", "transaction_total_value", "transaction_acquired_disposed_code"]
    marks = [f"{each}_fn" for each in columns if each != "transaction_code"]
    marks += ["transaction_timeliness_fn"] * (form == "4")
    return any(getattr(row, each, None) is not None for each in (*columns, *marks))


def _one_number_a_cell(row: Any) -> None:
    for shares, value in CHOICES:
        if hasattr(row, value):
            ids = [each for each in (getattr(row, f"{shares}_fn"), getattr(row, f"{value}_fn")) if each]
            is_value = getattr(row, value) is not None
            setattr(row, f"{value if is_value else shares}_fn", ",".join(ids) or None)
            setattr(row, f"{shares if is_value else value}_fn", None)


def differences(filing: Filing, expected: Filing) -> list[tuple[str, Any, Any]]:
    names = [each.name for each in fields(Filing) if each.name not in {*NOT_OF_THE_FORM, "parse_issues"}]
    pairs = [(name, getattr(filing, name), getattr(expected, name)) for name in names]
    return [each for each in pairs if each[1] != each[2]]


def check(truth: Filing, source_format: str, style: Any) -> None:
    page = RENDER[source_format][0](truth, style)
    filing = parse_submission(page if isinstance(page, bytes) else page.encode())
    expected, reasons = shown(truth, source_format)
    assert differences(filing, expected) == []
    assert {each.reason for each in filing.parse_issues} - set(DOUBTS) == reasons


@pytest.fixture(scope="module")
def archive() -> Archive:
    return generate_archive(7, business_days(date(2024, 1, 2), 5), 200)


@pytest.mark.parametrize(("source_format", "style"), [("xml", XmlStyle()), ("html", None), ("text", TextStyle())])
def test_a_generated_filing_is_given_back(archive: Archive, source_format: str, style: Any) -> None:
    checked: Counter[str] = Counter()
    for truth in archive.truth.values():
        check(truth, source_format, style)
        checked[truth.schema_version or ""] += 1
        for name in ("non_derivative_transactions", "derivative_transactions", "non_derivative_holdings"):
            checked[name] += len(getattr(truth, name))
        checked["derivative_holdings"] += len(truth.derivative_holdings)
        checked["footnotes"] += len(truth.footnotes)
    assert checked.keys() >= VERSIONS.keys()
    assert min(checked[name] for name in checked if name not in VERSIONS) > 20, checked


@pytest.mark.parametrize("source_format", RENDER)
@settings(max_examples=50, deadline=None)
@given(data=st.data())
def test_any_filing_is_given_back(source_format: str, data: st.DataObject) -> None:
    check(data.draw(filings()), source_format, data.draw(RENDER[source_format][1]))


def test_the_text_of_a_real_page_is_written_as_it_is(real_edgar: Path) -> None:
    page = (real_edgar / "../seed/000_bc326234758fde37.txt").read_text()
    assert rendition_text(parse_submission(page.encode())) == page


def test_a_real_page_says_what_the_xml_of_its_filing_says(real_edgar: Path) -> None:
    """The one filing of which both are there: 19 rows, 20 footnotes."""
    truth = parse_submission((real_edgar / "xml/0001127602-15-028697__form4.xml").read_bytes())
    page = parse_submission((real_edgar / "renditions/0001127602-15-028697__SEC_FORM_4.html").read_bytes())
    expected, reasons = shown(truth, "html")
    assert differences(page, expected) == []
    assert {each.reason for each in page.parse_issues} == reasons
    text = parse_submission(rendition_text(truth).encode())
    assert differences(text, shown(truth, "text")[0]) == []
