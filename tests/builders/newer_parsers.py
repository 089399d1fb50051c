"""Parsers newer than the one there is, for the tests of reparse; worker processes import them by name."""

from decimal import Decimal
from typing import Any

from form4lake.flows.steps.parsing import Parser
from form4lake.parsers import PARSER_VERSION, NotAnOwnershipFiling, parse_submission
from form4lake.tables import Filing, Footnote, ParseIssue

NEWER = PARSER_VERSION + 1


def parse_raised(raw: bytes, **given: Any) -> Filing:
    """The same rows, of a newer version."""
    filing = parse_submission(raw, **given)
    filing.parser_version = NEWER
    return filing


def parse_better(raw: bytes, **given: Any) -> Filing:
    """Filings that end in 1 get other remarks, those in 2 other prices, those in 3 a footnote and an issue more."""
    filing = parse_raised(raw, **given)
    last = filing.accession_number[-1]
    if last == "1":
        filing.remarks = "read better"
    elif last == "2":
        for each in filing.non_derivative_transactions:
            each.transaction_price_per_share = Decimal("0.0001")
    elif last == "3":
        filing.footnotes.append(Footnote(footnote_id="F98", footnote_text="found"))
        filing.parse_issues.append(ParseIssue(table_name="filings", reason="doubtful"))
    return filing


def parse_less(raw: bytes, **given: Any) -> Filing:
    """Refuses filings that end in 4."""
    filing = parse_raised(raw, **given)
    if filing.accession_number[-1] == "4":
        raise NotAnOwnershipFiling("too hard")
    return filing


RAISED = Parser(parse_raised, NEWER)
BETTER = Parser(parse_better, NEWER)
LESS = Parser(parse_less, NEWER)
