"""The account of a paper form's words: whatever was typed is in a column, a footnote, the remarks or an issue."""

from datetime import date
from pathlib import Path

import pytest

from form4lake.parsers import Filing, parse_submission
from form4lake.replica import business_days, generate_archive
from form4lake.tests.builders.account_of_words import vanished
from form4lake.tests.builders.paper_examples import EXAMPLES, OWNER
from form4lake.tests.builders.paper_forms import BACK, FRONT, RULED_1, kept, shown, submission
from form4lake.tests.builders.paper_layouts import LAYOUTS, Style, paper

STYLES = [
    *(Style(layout) for layout in LAYOUTS),
    Style("tags", drift=2, rows_a_page=5, beside=True, notes_last=False),
    Style("tags", drift=4, bottom=True),
    Style("no tags", drift=1, spaced=True),
]


def example(name: str) -> bytes:
    return submission(EXAMPLES[name], "5" if "form 5" in name else "4", OWNER)


def test_nothing_of_the_real_form_vanishes(real_edgar: Path) -> None:
    raw = (real_edgar / "pre2003" / "0001094891-00-000193.txt").read_bytes()
    assert vanished(raw, parse_submission(raw), broken=True) == []


def test_nothing_of_the_made_up_cases_vanishes(real_edgar: Path) -> None:
    forms = sorted((real_edgar / "../cases/parser").glob("0*.txt"))
    assert len(forms) > 3
    for form in forms:
        raw = form.read_bytes()
        assert vanished(raw, parse_submission(raw)) == [], form.name


@pytest.mark.parametrize("name", EXAMPLES)
def test_nothing_of_an_example_vanishes(name: str) -> None:
    raw = example(name)
    assert vanished(raw, parse_submission(raw)) == []


@pytest.mark.parametrize("style", STYLES, ids=repr)
def test_nothing_of_a_generated_form_vanishes(style: Style) -> None:
    for truth in generate_archive(11, business_days(date(2001, 1, 2), 2), 40).truth.values():
        raw = paper(truth, style)
        assert vanished(raw, parse_submission(raw)) == []


@pytest.mark.parametrize(
    ("before", "after"),
    [
        ("FORM 4\n", "FORM 4\nAMENDED AND RESTATED\n"),
        ("   Doe, Jane\n", "   Doe, Jane\n   c/o Smith & Partners\n"),
        (
            "4. Statement",
            "3. IRS or Social Security Number of Reporting Person (Voluntary)\n   123-45-6789\n4. Statement",
        ),
        ("Table I --", "See the attached letter of Smith & Partners.\nTable I --"),
        ("/s/ Jane Doe", "The undersigned disclaims everything.\n\n/s/ Jane Doe"),
        ("Reporting Person   Date\n", "Reporting Person   Date\nAttorney-in-fact\nPower of attorney on file\n"),
        ("/s/ Jane Doe         ", "/s/ Jane Doe    Trustee"),
    ],
)
def test_a_line_that_no_reader_asks_for_is_reported(before: str, after: str) -> None:
    raw = submission((FRONT + RULED_1 + BACK).replace(before, after, 1))
    assert vanished(raw, parse_submission(raw)) == []


@pytest.mark.parametrize(
    ("before", "after"),
    [
        ("BENEFICIALLY OWNED\n", "BENEFICIALLY OWNED (as agreed by letter)\n"),
        ("</TABLE>", "</TABLE> * Held by Smith & Partners."),
        ("<S> ", "<S> Preliminary "),
    ],
)
def test_a_text_beside_a_tables_title_or_tags_is_reported(real_edgar: Path, before: str, after: str) -> None:
    form = (real_edgar / "../cases/parser/0009000001-00-000006.txt").read_text()
    assert before in form
    raw = form.replace(before, after, 1).encode()
    assert vanished(raw, parse_submission(raw)) == []
    assert len(parse_submission(raw).non_derivative_holdings) == 2


def filing_of(name: str) -> Filing:
    return parse_submission(example(name))


@pytest.mark.parametrize("name", [each for each in EXAMPLES if each != "explained by nothing"])
def test_an_example_is_read_to_its_end(name: str) -> None:
    filing = filing_of(name)
    assert (filing.ticker, filing.period_of_report) == ("EXW", date(1999, 10, 31))
    [owner] = filing.reporting_owners
    assert (owner.is_officer, (owner.officer_title or "")[:14]) == (True, "Vice President")
    [signature] = filing.signatures
    assert signature.signature_name is not None
    assert (signature.signature_name.lower()[-11:], signature.signature_date) == ("jane q. doe", date(1999, 11, 8))
    rows = filing.non_derivative_transactions
    assert {row.transaction_date for row in rows} <= {date(1999, 10, day) for day in (15, 16, 17)}
    assert all(row.transaction_shares and row.transaction_price_per_share for row in rows)


def test_notes_stand_where_they_like() -> None:
    notes = {name: [shown(each) for each in filing_of(name).footnotes] for name in EXAMPLES}
    assert notes["the date before the signature"] == [{"footnote_id": "F1", "footnote_text": "Note one goes on."}]
    assert [each["footnote_id"] for each in notes["an attorney, and notes below"]] == ["F1", "F2"]
    assert notes["a name behind its caption"][1]["footnote_text"] == "Held by trust. The trustee is the spouse."
    assert notes["the caption above the signature"] == [{"footnote_id": "F*", "footnote_text": "Shares held in trust."}]
    assert filing_of("a name above its caption").remarks == "The reporting person left the company."
    assert filing_of("explained by nothing").remarks is None


def test_marks_in_cells_go_to_their_columns() -> None:
    first, second = filing_of("labels beside each other").non_derivative_transactions
    assert (first.nature_of_ownership, first.nature_of_ownership_fn) == ("See Footnote", "F2")
    assert (second.security_title, second.security_title_fn) == ("Class B Common Stock", "F1")
    assert (second.transaction_shares, second.transaction_timeliness) == (500, "E")


def test_boxes_of_a_form_5() -> None:
    filing = filing_of("a form 5 of lines")
    boxes = (filing.not_subject_to_section16, filing.form3_holdings_reported, filing.form4_transactions_reported)
    assert boxes == (False, True, False)
    [owner] = filing.reporting_owners
    assert (owner.street1, owner.city, owner.state, owner.zip_code) == ("100 Main Street", "Springfield", "IL", "62701")
    assert "9/99" in kept(filing)
