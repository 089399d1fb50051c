"""Pages and paper forms that were made to do harm: a second of the processor's time at most."""

from datetime import date

import pytest

from form4lake.parsers import NotAnOwnershipFiling, parse_submission
from form4lake.replica import business_days, generate_archive
from form4lake.replica.rendition_html import rendition_html
from form4lake.replica.rendition_text import rendition_text
from form4lake.tests.builders.paper_forms import BACK, FRONT, RULED_1, SPELT, submission
from form4lake.tests.fuzz.property import parse_in_time

MEGABYTE = 1_000_000
CAPTIONS = "1. Title of     2. Trans-   3. Trans-  4. Securities Acquired (A)      5. Amount of   6. Owner-\nSecurity\n"


@pytest.fixture(scope="module")
def pages() -> dict[str, str]:
    truth = list(generate_archive(3, business_days(date(2024, 1, 2), 3), 60).truth.values())
    filing = max(truth, key=lambda each: len(each.derivative_transactions))
    return {
        "html": rendition_html(filing),
        "text": rendition_text(filing),
        "paper": submission(FRONT + RULED_1 + BACK).decode(),
    }


UNITS = [
    "<br>",
    "<b>",
    "<td>x</td>",
    "<table><tr><td>",
    "[ ",
    "(1)",
    "<u>a</u>",
    "\t",
    "\t\n",
    " ",
    "\n",
    "-\n",
    ">",
    "|",
]
UNITS += [
    "a\t\n",
    "1. a\n",
    "Table I\n",
    "Common 1\n",
    "| a | 10/15/99 ",
    "1. Name  2. Issuer Name  ",
    "&amp;",
    "/s/ a\n",
]


@pytest.mark.parametrize("unit", UNITS)
@pytest.mark.parametrize("page", ["html", "text", "paper"])
def test_much_of_a_thing_takes_a_second_at_most(pages: dict[str, str], page: str, unit: str) -> None:
    text = pages[page]
    at = text.index("Table II" if page != "paper" else "Table I")
    parse_in_time((text[:at] + unit * ((MEGABYTE - len(text)) // len(unit)) + text[at:]).encode())


@pytest.mark.parametrize(
    "text",
    [
        "\t\n" * 30_000 + "STATEMENT OF CHANGES IN BENEFICIAL OWNERSHIP",
        submission(FRONT + RULED_1 + "/s/ Jane Doe\n" + ">" * 60_000 + "\n").decode(),
        submission("1. Name  2. Issuer Name  " * 9_000).decode(),
        submission(FRONT + RULED_1 + BACK + "<TEXT>" * 140_000 + "<TD>a</TD>").decode(),
        submission("<HTML>" + FRONT + RULED_1 + BACK + "<TEXT>" * 19_000 + "a<b>b</b>" * 5_000).decode(),
        submission(FRONT + RULED_1 + f"<S>  <C>  <C>{' ' * 80}\n" * 9_700 + BACK).decode(),
        submission(FRONT + SPELT.replace("Code  ", "Code  " + "e  " * 320_000, 1) + BACK).decode(),
        submission(FRONT + SPELT.replace("Code  ", "Code  \n" + CAPTIONS * 4_600, 1) + BACK).decode(),
    ],
    ids=[
        "before the title",
        "below a signature",
        "items side by side",
        "a page at its end",
        "tags not closed",
        "pages",
        "a long line",
        "a long heading",
    ],
)
def test_what_fuzzing_found_takes_a_second_at_most(text: str) -> None:
    parse_in_time(text.encode())


@pytest.mark.parametrize("count", [90, 400, 1_200])
def test_tables_nested_in_an_owner_take_a_second_at_most(pages: dict[str, str], count: int) -> None:
    html = pages["html"]
    at = html.index("(Last)")
    parse_in_time(f"{html[:at]}{'<table><tr><td>a</td><td>' * count}{html[at:]}".encode())


@pytest.mark.parametrize("count", [9, 30, 1_200])
def test_cells_nested_in_a_row_take_a_second_at_most(pages: dict[str, str], count: int) -> None:
    html = pages["html"]
    at = html.index("</td>", html.index("Table II"))
    parse_in_time(f"{html[:at]}{'<table><tr><td>a<b>b</b></td><td>' * count}{'<b>c</b>' * 2_000}{html[at:]}".encode())


@pytest.mark.parametrize("digits", [b"9", b"x9"])
@pytest.mark.parametrize("page", ["html", "text", "paper"])
def test_a_reference_to_a_character_by_thousands_of_digits_is_text(
    pages: dict[str, str], page: str, digits: bytes
) -> None:
    raw = pages[page].encode()
    at = raw.index(b"Table I")
    parse_in_time(raw[:at] + b"&#" + digits + digits[-1:] * 40_000 + b"; " + raw[at:])


def test_a_box_of_blanks_takes_a_second_at_most() -> None:
    parse_in_time(submission(FRONT.replace("[X]", "(" + " " * 19_000 + "a [X]", 1) + RULED_1 + BACK))


def test_a_submission_of_thousands_of_documents_is_refused() -> None:
    whole = submission(FRONT + RULED_1 + BACK)
    with pytest.raises(NotAnOwnershipFiling, match="more than 1,000 documents"):
        parse_submission(whole + b"<DOCUMENT><TYPE>EX-99<TEXT>\n" * 1_000)
    assert parse_submission(whole + b"<DOCUMENT><TYPE>EX-99<TEXT>\n" * 900)
