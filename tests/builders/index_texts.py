"""Master indexes of a few rows, for tests."""

from datetime import date

DAY = date(2024, 1, 2)
HEAD = """Description:           Daily Index of EDGAR Dissemination Feed
Last Data Received:    Jan  2, 2024

CIK|Company Name|Form Type|Date Filed|File Name
--------------------------------------------------------------------------------
"""
FIRST_ROW = 6


def index(*rows: str, newline: bool = True) -> bytes:
    return (HEAD + "\n".join(rows) + ("\n" if newline else "")).encode("latin-1")


def row(number: int, form: str = "4", name: str = "ACME INC", cik: int = 7, filed: str = "20240102") -> str:
    return f"{cik}|{name}|{form}|{filed}|edgar/data/{cik}/0000000001-24-{number:06d}.txt"
