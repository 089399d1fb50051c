"""Handwritten ownership XML, and what the parser makes of it."""

from form4lake.parsers import Filing, parse_submission

HEADER = "<schemaVersion>X0508</schemaVersion><documentType>4</documentType>"
SIGNED = (
    "<ownerSignature><signatureName>/s/ A</signatureName><signatureDate>2024-01-03</signatureDate></ownerSignature>"
)


def document(inside: str, *, header: str = HEADER, declaration: str = '<?xml version="1.0"?>') -> str:
    """An ownership document around some elements."""
    return f"{declaration}\n<ownershipDocument>{header}{inside}</ownershipDocument>"


def read(inside: str, *, header: str = HEADER) -> Filing:
    """A document, parsed."""
    return parse_submission(document(inside, header=header).encode())


def trade(inside: str) -> str:
    """Table I with one transaction."""
    return f"<nonDerivativeTable><nonDerivativeTransaction>{inside}</nonDerivativeTransaction></nonDerivativeTable>"


def amounts(shares: str) -> str:
    """One transaction of some shares."""
    return trade(f"<transactionAmounts><transactionShares>{shares}</transactionShares></transactionAmounts>")


def issues(filing: Filing) -> list[tuple[str, int | None, str | None, str | None]]:
    """What is said of the issues of a filing."""
    return [(each.table_name, each.row_number, each.column_name, each.raw_value) for each in filing.parse_issues]
