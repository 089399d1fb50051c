"""Whether a trade was under a Rule 10b5-1 plan, as footnotes and remarks say it."""

from pathlib import Path

import pytest

from form4lake.storage import Lake
from form4lake.tables import Footnote
from form4lake.tests.builders.lakes import bought, filing, read, store

AFFIRMING = [
    "The price does not include commissions and the sale was under a Rule 10b5-1 plan.",
    "Shares of a trust of which the reporting person is not a trustee, sold under a Rule 10b5-1 trading plan.",
    "Made pursuant to a Rule 10b5-1 plan adopted when the reporting person was not aware of inside information.",
    "The reporting person does not have control over the timing of sales under the Rule 10b5-1 plan.",
    "Sold pursuant to a Rule 10b5-1 plan, which has since been terminated.",
    "Sold under a 10b5-1 plan not exceeding 5,000 shares a day.",
    "No shares were sold other than pursuant to a Rule 10b5-1 plan.",
    "Shares sold by Smith Inc. under a Rule 10b5-1(c) plan.",
    "The Rule 10b5-1 plan under which these shares were sold was adopted on May 1, 2023.",
    "The transaction was not discretionary but was made pursuant to a Rule 10b5-1 trading plan.",
    "This was a non-discretionary sale under a Rule 10b5-1 plan.",
    "Sold no more than 500 shares under a Rule 10b5-1 plan.",
    "Shares were sold without the reporting person's knowledge by a broker under a Rule 10b5-1 plan.",
    "The sale was not a gift. It was made under a Rule 10b5-1 plan.",
    "A durable automatic sale instruction intended to satisfy Rule 10b5-1(c)(1)(ii)(D)(3).",
    "10b5-1",
    "Rule 10b-5-1",
    "Rule 10(b)(5)-1",
    "RULE 10B5\u20111(c)",
    "10b5 - 1",
    "Rule 10b5-l trading plan",
    "a 10b51 plan",
    "Rule 10b5 trading plan",
]
DENYING = [
    "This sale was not made under a Rule 10b5-1 plan.",
    "This sale was made other than pursuant to a Rule 10b5-1 plan.",
    "Sold in the open market outside of any Rule 10b5-1 plan.",
    "The sale was discretionary and without a Rule 10b5-1 trading arrangement.",
    "No Rule 10b5-1 plan was in effect for this sale.",
    "A Rule 10b5-1 plan was not in effect.",
    "The sale wasn't made under a Rule 10b5-1 plan.",
    "The sale wasn\u2019t made under a Rule 10b5-1 plan.",
    "The sale was not, however, made under a Rule 10b5-1 plan.",
    "The sales, none of which were made under a Rule 10b5-1 plan, closed.",
    "Neither the sale nor the purchase was made under a Rule 10b5-1 plan.",
    "The reporting person terminated a Rule 10b5-1 plan; this sale was made after that.",
    "The Rule 10b5-1 plan was terminated before this sale.",
    "Sold after the termination of the reporting person's Rule 10b5-1 plan.",
    "The sale was made prior to the adoption of a Rule 10b5-1 plan.",
    "The sale did not occur under, and was unrelated to, a Rule 10b5-1 plan.",
    "Not made pursuant to a contract, instruction or written plan that is intended to satisfy Rule 10b5-1(c).",
]
SILENT = ["Rule 10b-5", "See Rule 10b-5 (1 of 2 policies).", "110b5-10", "Sold in the market."]


@pytest.fixture
def lake(tmp_path: Path) -> Lake:
    return Lake.open(tmp_path / "lake", create=True)


def test_sentences_are_read_clause_by_clause(lake: Lake) -> None:
    texts = [*AFFIRMING, *DENYING, *SILENT]
    rows = [bought(place, transaction_shares_fn=f"F{place}") for place in range(len(texts))]
    notes = [Footnote(footnote_id=f"F{place}", footnote_text=text) for place, text in enumerate(texts)]
    store(lake, filing("a", non_derivative_transactions=rows, footnotes=notes))
    found = dict(read(lake, "SELECT footnotes, plan FROM trade_plans"))
    assert [text for text in AFFIRMING if found[text] != "under a plan"] == []
    assert [text for text in DENYING if found[text] != "denied"] == []
    assert [text for text in SILENT if found[text] != "not said"] == []
    assert read(lake, "SELECT count(*) FROM plan_trades") == [(len(AFFIRMING),)]


UNDER, DENIED = "Sold under a Rule 10b5-1 plan.", "Not under a Rule 10b5-1 plan."


def test_a_row_s_footnotes_outweigh_the_remarks_and_both_the_box(lake: Lake) -> None:
    cases: list[tuple[str, str | None, bool | None, tuple[str, str | None, str | None]]] = [
        (UNDER, None, None, ("under a plan", "footnote", UNDER)),
        (UNDER, DENIED, True, ("under a plan", "box and footnote", UNDER)),
        (DENIED, UNDER, True, ("denied", "footnote", DENIED)),
        ("A gift.", f"Exhibit 24. {UNDER}", False, ("under a plan", "remarks", UNDER)),
        ("A gift.", None, True, ("under a plan", "box", None)),
        ("A gift.", None, False, ("not said", None, None)),
        (f"{DENIED} {UNDER}", None, None, ("under a plan", "footnote", UNDER)),
    ]
    store(
        lake,
        *(
            filing(
                str(case),
                remarks=remarks,
                aff10b5_one=box,
                non_derivative_transactions=[bought(1, transaction_shares_fn="F1")],
                footnotes=[Footnote(footnote_id="F1", footnote_text=note)],
            )
            for case, (note, remarks, box, _) in enumerate(cases)
        ),
    )
    query = "SELECT plan, plan_said_by, plan_sentence FROM trade_plans ORDER BY accession_number"
    assert read(lake, query) == [expected for *_, expected in cases]
