"""A filing as a person reads it: laid out like the form, with the ids of its footnotes where they stand."""

from collections.abc import Iterable, Iterator
from decimal import Decimal

from rich import box
from rich.markup import escape
from rich.table import Table

from ..tables import (
    DerivativeHolding,
    DerivativeTransaction,
    Filing,
    NonDerivativeHolding,
    NonDerivativeTransaction,
    ReportingOwner,
)
from .output import console, print_line

Row = NonDerivativeTransaction | NonDerivativeHolding | DerivativeTransaction | DerivativeHolding

BOXES = (
    ("no_securities_owned", "no securities owned"),
    ("not_subject_to_section16", "no longer subject to Section 16"),
    ("form3_holdings_reported", "holdings a Form 3 should have had"),
    ("form4_transactions_reported", "transactions a Form 4 should have had"),
    ("aff10b5_one", "made under a Rule 10b5-1 plan"),
)
"""The boxes of the form, told where they are checked."""

Columns = tuple[tuple[str, tuple[str, ...]], ...]
"""Headings of a table, each with the fields it shows, the first that a row has."""

OWNED: Columns = (
    ("owned after", ("shares_owned_following_transaction", "value_owned_following_transaction")),
    ("D/I", ("direct_or_indirect_ownership",)),
    ("nature", ("nature_of_ownership",)),
)
TRANSACTION: Columns = (
    ("date", ("transaction_date",)),
    ("code", ("transaction_code",)),
    ("A/D", ("transaction_acquired_disposed_code",)),
    ("amount", ("transaction_shares", "transaction_total_value")),
    ("price", ("transaction_price_per_share",)),
)
TABLE_I: Columns = (("security", ("security_title",)), *TRANSACTION, *OWNED)
TABLE_II: Columns = (
    ("security", ("security_title",)),
    ("exercise price", ("conversion_or_exercise_price",)),
    *TRANSACTION,
    ("exercisable", ("exercise_date",)),
    ("expires", ("expiration_date",)),
    ("underlying", ("underlying_security_title",)),
    ("amount underlying", ("underlying_security_shares", "underlying_security_value")),
    *OWNED,
)
NUMBERS = {"amount", "price", "owned after", "exercise price", "amount underlying"}


def show(filing: Filing) -> None:
    """Print the filing on standard output."""
    symbol = f" [{filing.issuer_trading_symbol}]" if filing.issuer_trading_symbol else ""
    console().rule(escape(f"Form {filing.form_type}  {filing.issuer_name or 'issuer not named'}{symbol}"), align="left")
    for name, value in _head(filing):
        print_line(f"{name:18} {value}")
    for owner in filing.reporting_owners:
        print_line(f"{'reporting owner':18} {_owner(owner)}")
    table_one: list[Row] = [*filing.non_derivative_transactions, *filing.non_derivative_holdings]
    table_two: list[Row] = [*filing.derivative_transactions, *filing.derivative_holdings]
    _print_table("Table I, non-derivative securities", TABLE_I, table_one)
    _print_table("Table II, derivative securities", TABLE_II, table_two)
    _print_notes(filing)


def _head(filing: Filing) -> Iterator[tuple[str, object]]:
    yield "accession number", filing.accession_number or "not given"
    yield "issuer CIK", filing.issuer_cik or "not given"
    for name in ("filing_date", "accepted_at", "period_of_report", "date_of_original_submission"):
        if (value := getattr(filing, name)) is not None:
            yield name.replace("_", " ").replace("date of original submission", "original filed"), value
    for name, meaning in BOXES:
        if getattr(filing, name):
            yield "box checked", meaning


def _owner(owner: ReportingOwner) -> str:
    roles = [
        name
        for name, held in (
            ("director", owner.is_director),
            (f"officer ({owner.officer_title or 'no title given'})", owner.is_officer),
            ("ten per cent owner", owner.is_ten_percent_owner),
            (owner.other_text or "other", owner.is_other),
        )
        if held
    ]
    cik = f" (CIK {owner.owner_cik})" if owner.owner_cik else ""
    return f"{owner.owner_name or 'not named'}{cik}: {', '.join(roles) or 'no relationship given'}"


def _print_table(title: str, columns: Columns, rows: list[Row]) -> None:
    if not rows:
        return
    lines = [[_cell(row, names) for _, names in columns] for row in sorted(rows, key=lambda row: row.row_number)]
    used = [index for index in range(len(columns)) if any(line[index] for line in lines)]
    table = Table(title=title, title_justify="left", box=box.SIMPLE_HEAD)
    for index in used:
        heading = columns[index][0]
        table.add_column(heading, justify="right" if heading in NUMBERS else "left", overflow="fold")
    for line in lines:
        table.add_row(*(escape(line[index]) for index in used))
    console().print(table)


def _cell(row: Row, names: Iterable[str]) -> str:
    for name in names:
        value, notes = getattr(row, name, None), getattr(row, _notes_of(name), None)
        if value is not None or notes:
            parts = [_amount(value) if isinstance(value, Decimal) else str(value)] if value is not None else []
            return " ".join([*parts, f"({notes})"] if notes else parts)
    return ""


def _notes_of(name: str) -> str:
    return "transaction_coding_fn" if name == "transaction_code" else f"{name}_fn"


def _amount(value: Decimal) -> str:
    text = f"{value:,f}"
    return text.rstrip("0").rstrip(".") if "." in text else text


def _print_notes(filing: Filing) -> None:
    for note in filing.footnotes:
        print_line(f"({note.footnote_id}) {note.footnote_text or ''}")
    if filing.remarks:
        print_line(f"Remarks: {filing.remarks}")
    for signature in filing.signatures:
        signed = f"{signature.signature_name or 'no name'}, {signature.signature_date or 'no date'}"
        print_line(f"Signed: {signed}")
    for issue in filing.parse_issues:
        place = f"{issue.table_name} {issue.row_number or ''} {issue.column_name or ''}".strip()
        print_line(f"Issue: {place}: {issue.reason}: {issue.raw_value!r}")
