"""Filings with known truth typed in the layouts of 1996 to 2003: every row is read as it is, or kept as text."""

from collections import Counter
from datetime import date
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from form4lake.parsers import Filing, NotAnOwnershipFiling, parse_submission
from form4lake.replica import business_days, generate_archive
from form4lake.tests.builders.likeness import compare
from form4lake.tests.builders.paper_layouts import LAYOUTS, Style, paper

EXACT = {
    Style("tags"): 0.97,
    Style("tags", notes_last=False, beside=True): 0.97,
    Style("tags", drift=1, right=True): 0.9,
    Style("tags", drift=2): 0.9,
    Style("tags", drift=2, rows_a_page=3): 0.9,
    Style("tags", drift=3): 0.5,
    Style("tags", drift=2, bottom=True, spaced=True): 0.3,
    Style("no tags"): 0.95,
    Style("no tags", drift=1, spaced=True): 0.8,
    Style("pipes"): 0.97,
    Style("labels"): 0.97,
    Style("html"): 0.97,
    Style("html, numbers apart"): 0.97,
    Style("html, empty cells"): 0.97,
}
"""What part of the rows is to be read exactly; no row of any of them may be wrong."""


def truth_of(path: Path) -> Filing | None:
    """What the XML of a real filing says, where a form on paper can say it: with a day and an owner."""
    try:
        truth = parse_submission(path.read_bytes(), source_path=path.name)
    except NotAnOwnershipFiling:
        return None
    signed = [each.signature_date for each in truth.signatures if each.signature_date]
    truth.filing_date = truth.filing_date or max(signed, default=truth.period_of_report)
    truth.accession_number = truth.accession_number or "0000000001-24-000001"
    return truth if truth.reporting_owners and truth.filing_date else None


@pytest.fixture(scope="module")
def generated() -> list[Filing]:
    return list(generate_archive(7, business_days(date(2001, 3, 1), 3), 60).truth.values())


def counted(truths: list[Filing], style: Style) -> Counter[str]:
    count: Counter[str] = Counter()
    for truth in truths:
        found = parse_submission(paper(truth, style))
        count += compare(truth, found)
        notes = {each.footnote_id: each.footnote_text for each in truth.footnotes}
        assert {each.footnote_id: each.footnote_text for each in found.footnotes} == notes
        assert [each.signature_date for each in found.signatures] == [each.signature_date for each in truth.signatures]
    return count


@pytest.mark.parametrize("style", EXACT, ids=repr)
def test_generated_filings_on_paper(generated: list[Filing], style: Style) -> None:
    count = counted(generated, style)
    assert (count["wrong"], count["n"] > 100) == (0, True)
    assert count["exact"] >= EXACT[style] * count["n"], count


@pytest.mark.parametrize("layout", LAYOUTS)
def test_real_filings_on_paper(real_edgar: Path, layout: str) -> None:
    paths = sorted((real_edgar / "xml").iterdir())[::6]
    truths = [truth for path in paths if (truth := truth_of(path)) is not None]
    count = counted(truths, Style(layout, drift=2 if layout == "tags" else 0))  # type: ignore[arg-type]
    assert (count["wrong"], count["n"] > 100) == (0, True)
    assert count["exact"] >= 0.97 * count["n"], count


@settings(max_examples=60, deadline=None)
@given(
    st.sampled_from(LAYOUTS),
    st.integers(0, 2),
    st.integers(0, 10_000),
    st.booleans(),
    st.booleans(),
    st.integers(0, 4),
    st.integers(0, 59),
)
def test_no_row_is_wrong_however_it_is_typed(
    generated: list[Filing], layout: str, drift: int, seed: int, right: bool, spaced: bool, page: int, at: int
) -> None:
    truth = generated[at % len(generated)]
    style = Style(layout, drift=drift, seed=seed, right=right, spaced=spaced, rows_a_page=page)  # type: ignore[arg-type]
    assert compare(truth, parse_submission(paper(truth, style)))["wrong"] == 0
