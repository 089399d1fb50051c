"""Doubtful values are kept as filed and flagged, each with one reason; what is usual is not flagged."""

import pytest

from form4lake.parsers import DOUBTFUL, DOUBTS, Filing, parse_submission
from form4lake.parsers.doubts import (
    AFTER_THE_FILING,
    BALANCE_ROSE,
    BEFORE_THE_PERIOD,
    CODE_NOT_LISTED,
    PURCHASE_DISPOSED_OF,
    SALE_ACQUIRED,
    VALUE_TOO_LARGE,
)

HEADER = "<SEC-DOCUMENT>x\nACCESSION NUMBER:\t\t0000320193-22-000061\nFILED AS OF DATE:\t\t20220506\n"


def row(
    code: str = "S",
    side: str = "D",
    *,
    day: str = "2022-05-04",
    shares: str = "100",
    price: str = "5",
    owned: str = "900",
    title: str = "Common Stock",
    nature: str = "",
    kind: str = "nonDerivative",
) -> str:
    return (
        f"<{kind}Transaction><securityTitle><value>{title}</value></securityTitle>"
        f"<transactionDate><value>{day}</value></transactionDate>"
        f"<transactionCoding><transactionCode>{code}</transactionCode></transactionCoding><transactionAmounts>"
        f"<transactionShares><value>{shares}</value></transactionShares>"
        f"<transactionPricePerShare><value>{price}</value></transactionPricePerShare>"
        f"<transactionAcquiredDisposedCode><value>{side}</value></transactionAcquiredDisposedCode></transactionAmounts>"
        f"<postTransactionAmounts><sharesOwnedFollowingTransaction><value>{owned}</value>"
        "</sharesOwnedFollowingTransaction></postTransactionAmounts>"
        f"<ownershipNature><natureOfOwnership><value>{nature}</value></natureOfOwnership></ownershipNature>"
        f"</{kind}Transaction>"
    )


def read(*rows: str, form: str = "4", period: str = "2022-05-04", kind: str = "nonDerivative") -> Filing:
    xml = (
        f"<ownershipDocument><documentType>{form}</documentType><periodOfReport>{period}</periodOfReport>"
        f"<{kind}Table>{''.join(rows)}</{kind}Table></ownershipDocument>"
    )
    raw = f"{HEADER}<DOCUMENT>\n<TYPE>{form}\n<TEXT>\n<XML>\n{xml}\n</XML></TEXT></DOCUMENT>"
    return parse_submission(raw.encode())


def doubted(filing: Filing) -> list[tuple[int | None, str | None, str]]:
    assert all(each.reason in DOUBTS for each in filing.parse_issues if each.reason.startswith(DOUBTFUL))
    return [(each.row_number, each.raw_value, each.reason) for each in filing.parse_issues]


@pytest.mark.parametrize(
    ("filed", "expected"),
    [
        (row(), []),
        (row("P", "A"), []),
        (row(day="2022-05-06"), []),
        (row(day="2022-05-07"), [(1, "2022-05-07", AFTER_THE_FILING)]),
        (row(day="2022-03-20"), []),
        (row(day="2022-03-19"), [(1, "2022-03-19", BEFORE_THE_PERIOD)]),
        (row("P", "D"), [(1, "D", PURCHASE_DISPOSED_OF)]),
        (row("S", "A"), [(1, "A", SALE_ACQUIRED)]),
        (row("M", "A"), []),
        (row("p", "A"), [(1, "p", CODE_NOT_LISTED)]),
        (row("P/K", "A"), [(1, "P/K", CODE_NOT_LISTED)]),
        (row(shares="1000000", price="10000"), []),
        (row(shares="1000000", price="10000.01"), [(1, "10000.01 x 1000000", VALUE_TOO_LARGE)]),
    ],
)  # fmt: skip
def test_one_transaction(filed: str, expected: list[tuple[int, str, str]]) -> None:
    filing = read(filed)
    assert doubted(filing) == expected
    [kept] = filing.non_derivative_transactions
    assert None not in (kept.transaction_code, kept.transaction_date, kept.transaction_acquired_disposed_code)
    assert doubted(read(filed.replace("nonDerivative", "derivative"), kind="derivative")) == expected


@pytest.mark.parametrize(("form", "flagged"), [("4", True), ("4/A", True), ("5", False), ("5/A", False)])
def test_only_a_form_4_is_expected_within_days(form: str, flagged: bool) -> None:
    assert bool(doubted(read(row(day="2021-12-01"), form=form))) == flagged


def test_without_a_filing_date_no_date_is_after_it() -> None:
    xml = f"<nonDerivativeTable>{row(day='2031-05-07')}</nonDerivativeTable>"
    raw = f"<ownershipDocument><documentType>4</documentType>{xml}</ownershipDocument>"
    assert doubted(parse_submission(raw.encode())) == []


@pytest.mark.parametrize(
    ("rows", "flagged"),
    [
        ([row(owned="900"), row(owned="800")], []),
        ([row(owned="900"), row(owned="900")], []),
        ([row(owned="900"), row(owned="8000")], [2]),
        ([row("P", "A", owned="900"), row("s", "D", owned="1000")], [2]),
        # Listed from the newest to the oldest.
        ([row(owned="900"), row(owned="1000")], []),
        ([row("P", "A", owned="900"), row(owned="800")], []),
        ([row(day="2022-05-04", owned="900"), row(day="2022-05-03", owned="8000")], []),
        # Another position, another kind of transaction, no balance.
        ([row(owned="900"), row(owned="8000", title="Class B")], []),
        ([row(owned="900"), row(owned="8000", nature="By trust")], []),
        ([row(owned="900"), row("P", "A", owned="8000")], []),
        ([row(owned="900"), row(owned=""), row(owned="800")], []),
        ([row(owned="900"), row("Z", "D", owned="200"), row(owned="350")], [3]),
    ],
)
def test_what_is_owned_after_a_sale(rows: list[str], flagged: list[int]) -> None:
    found = doubted(read(*rows))
    assert [number for number, _, reason in found if reason == BALANCE_ROSE] == flagged


def test_a_put_that_is_written_adds_to_what_is_owned() -> None:
    rows = [row(owned="900", kind="derivative"), row(owned="8000", kind="derivative")]
    assert doubted(read(*rows, kind="derivative")) == []
