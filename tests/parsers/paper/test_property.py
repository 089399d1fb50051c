"""Whatever is typed into a paper form: each word of its tables is in a row or in an issue, and no number is made up."""

import re
from datetime import date
from decimal import Decimal

import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from form4lake.parsers import NotAnOwnershipFiling
from form4lake.parsers.paper.values import is_nil
from form4lake.tables import FILING_CHILDREN
from form4lake.tests.builders.paper_forms import (
    BACK,
    FRONT,
    INITIAL_1,
    INITIAL_2,
    RULED_1,
    RULED_2,
    SPELT,
    parse,
    shown,
)

WORDS = st.sampled_from(
    ["Common", "Stock", "10/15/99", "S", "P", "A", "D", "I", "1,000", "$12.50", "25,000", "N/A", "--", "(1)", "2/7/0"]
) | st.sampled_from(
    ["4", "3/8", "Options", "Convertible", "Securities", "By", "trust", "500", "|", " ", "V", "9", "1999"]
)
LINES = st.lists(WORDS | st.sampled_from(["<C>", "*", "Title:"]), max_size=14).map(" ".join)
TEXT = st.text(
    alphabet=st.characters(codec="utf-8", exclude_categories=["Cc", "Zl", "Zp"], exclude_characters="<"), max_size=60
)
TABLES = {
    "Table I": ("4", RULED_1),
    "Table I, columns below tags": ("4", SPELT.replace("</TABLE>\n", "")),
    "Table II": ("4", RULED_2),
    "Table II of Form 5": ("5", RULED_2.replace("|V |", "|").replace("4. Code |5.", "4. Code |5.")),
    "Table I of Form 3": ("3", INITIAL_1),
    "Table II of Form 3": ("3", INITIAL_2),
    "a title alone": ("4", "Table II -- Derivative Securities Acquired, Disposed of, or Beneficially Owned\n"),
}
PRINTED = re.compile(
    r"[\W_]*(?:table|(?:non-?\s?)?derivative|explan|signat|remark|remind|intention|if the|note:)", re.I
)


def printed(value: object) -> str:
    if isinstance(value, date):
        return f"{value.month} {value.day} {value:%Y} {value:%y} {value.month:02} {value.day:02} {value.year % 10}"
    if isinstance(value, Decimal):
        whole, _, places = f"{value:f}".partition(".")
        return f"{whole} {places} {places.rstrip('0')} {places:0<2}" + (" 3 8" if value % 1 == Decimal("0.375") else "")
    return {"E": "E V", True: "K"}.get(value, str(value))  # type: ignore[call-overload]


@pytest.mark.parametrize("table", TABLES)
@settings(max_examples=120, deadline=None)
@given(lines=st.lists(LINES | TEXT, max_size=8))
@example(lines=["4 Title:", "Title: Common", "Title: Common", "Title: Common"])
def test_no_word_of_a_table_is_lost(table: str, lines: list[str]) -> None:
    form, heading = TABLES[table]
    lines = [each for each in lines if not PRINTED.match(each)]
    filing = parse(FRONT + heading + "\n".join(lines) + "\n" + BACK, form)
    issues = "\n".join(" ".join((each.raw_value or "").split()) for each in filing.parse_issues)
    tables = [name for name in FILING_CHILDREN if name.endswith(("actions", "holdings"))]
    typed = [shown(row) for name in tables for row in getattr(filing, name)]
    typed += [shown(each) for each in filing.signatures]
    values = " ".join(printed(value) for row in typed for value in row.values())
    kept = set(re.findall(r"[^\W_]+", re.sub(r"(?<=\d),(?=\d)", "", f"{values} {issues}")))
    kept |= {each[1:] for each in kept if each[0] == "F"}
    for line in lines:
        if re.match(r"\s*</?(?:page|table|caption|f\d+|fn|hr|pre)>\s*$", line, re.I) or "<C>" in line:
            continue
        for word in line.split():
            if not is_nil(word):
                assert set(re.findall(r"[^\W_]+", re.sub(r"(?<=\d),(?=\d)", "", word))) <= kept, (line, word)


@settings(max_examples=200, deadline=None)
@given(st.text(max_size=300), st.sampled_from(["3", "4", "5/A"]))
def test_any_text(text: str, form: str) -> None:
    try:
        filing = parse(FRONT + "Table II\n" + text, form)
    except NotAnOwnershipFiling:
        return
    assert filing.accession_number == "0000950100-99-000123"
    for name in FILING_CHILDREN:
        for record in getattr(filing, name):
            for value in shown(record).values():
                assert not isinstance(value, Decimal) or abs(value) < 10**16
