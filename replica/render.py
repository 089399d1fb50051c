"""From the records of a filing to its ownership XML, as the filing agents of each schema version write it.

Element names and order: EDGAR Ownership XML Technical Specification, version 3, section 3.5; the elements of later
schemas stand where real files have them. Schema X0101 has no tables: its rows stand in the document itself,
transactions and holdings share one element, and a price per share is called transactionValue.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from xml.sax.saxutils import escape

from ..tables import (
    DerivativeHolding,
    DerivativeTransaction,
    Filing,
    NonDerivativeHolding,
    NonDerivativeTransaction,
    ReportingOwner,
)
from .layout import ADDRESS, CODING, COLUMN, FOREIGN_ADDRESS, LAYOUT, RELATIONSHIP, Block

_Row = NonDerivativeTransaction | NonDerivativeHolding | DerivativeTransaction | DerivativeHolding


@dataclass(frozen=True, slots=True)
class XmlStyle:
    """How a filing agent writes XML: what two filings with the same records may differ in."""

    words: bool = False
    """Booleans as true and false, not 1 and 0."""
    date_offset: str = ""
    """Written after every date: -05:00 or Z."""
    empty_elements: bool = False
    """Elements without a value are written, empty."""
    empty_tables: bool = False
    """Tables without a row are written, empty."""
    timeliness: str = "absent"
    """What stands for an on-time transaction: absent, empty, or empty value."""
    character_references: bool = True
    """Characters outside ASCII as references, not as UTF-8."""
    loose: bool = False
    """White space in long texts doubled and broken."""
    markup: bool = False
    """Elements inside footnotes."""
    flush: bool = False
    """Nothing is indented."""


def ownership_xml(filing: Filing, style: XmlStyle) -> bytes:
    """The ownershipDocument of a filing, with its XML declaration."""
    writer = _Writer(filing, style)
    writer.document()
    text = "".join(writer.out)
    if style.flush:
        text = re.sub(r"\n\s*", "\n", text)
    if style.character_references:
        return ('<?xml version="1.0"?>\n' + text).encode("ascii", "xmlcharrefreplace")
    return ('<?xml version="1.0" encoding="UTF-8"?>\n' + text).encode()


class _Writer:
    """Collects the document in `out`."""

    def __init__(self, filing: Filing, style: XmlStyle) -> None:
        self.filing = filing
        self.style = style
        self.version = filing.schema_version or ""
        self.out: list[str] = []

    def document(self) -> None:
        filing = self.filing
        self.out.append("<ownershipDocument>\n\n")
        self._top("schemaVersion", filing.schema_version)
        self._top("documentType", filing.form_type)
        self._top("periodOfReport", filing.period_of_report)
        self._top("dateOfOriginalSubmission", filing.date_of_original_submission)
        self._top("noSecuritiesOwned", filing.no_securities_owned)
        self._top("notSubjectToSection16", filing.not_subject_to_section16)
        self._top("form3HoldingsReported", filing.form3_holdings_reported)
        self._top("form4TransactionsReported", filing.form4_transactions_reported)
        self._issuer()
        for owner in filing.reporting_owners:
            self._owner(owner)
        self._top("aff10b5One", filing.aff10b5_one)
        self._table("nonDerivativeTable", filing.non_derivative_transactions, filing.non_derivative_holdings)
        self._table("derivativeTable", filing.derivative_transactions, filing.derivative_holdings)
        self._footnotes()
        if filing.remarks is not None or self.style.empty_elements:
            self.out.append(f"    <remarks>{self._long(filing.remarks or '')}</remarks>\n\n")
        for signature in filing.signatures:
            with_date = f"        <signatureDate>{self._text(signature.signature_date)}</signatureDate>\n"
            self.out.append(
                "    <ownerSignature>\n"
                f"        <signatureName>{escape(signature.signature_name or '')}</signatureName>\n"
                f"{with_date}    </ownerSignature>\n"
            )
        self.out.append("</ownershipDocument>\n")

    def _top(self, element: str, value: object) -> None:
        if value is not None:
            self.out.append(f"    <{element}>{self._text(value)}</{element}>\n\n")

    def _issuer(self) -> None:
        filing = self.filing
        self.out.append("    <issuer>\n")
        self._leaf("issuerCik", _key(filing.issuer_cik), 8, always=True)
        self._leaf("issuerName", filing.issuer_name, 8, always=True)
        self._leaf("issuerTradingSymbol", filing.issuer_trading_symbol, 8, always=True)
        if self.version >= "X0607":
            self._leaf("issuerForeignTradingSymbol", filing.issuer_foreign_trading_symbol, 8, always=True)
        self.out.append("    </issuer>\n\n")

    def _owner(self, owner: ReportingOwner) -> None:
        self.out.append("    <reportingOwner>\n        <reportingOwnerId>\n")
        self._leaf("rptOwnerCik", _key(owner.owner_cik), 12, always=True)
        self._leaf("rptOwnerName", owner.owner_name, 12, always=True)
        self.out.append("        </reportingOwnerId>\n")
        address = [(name, getattr(owner, column)) for name, column in ADDRESS]
        if self.version < "X0607":
            address = [each for each in address if each[0] not in FOREIGN_ADDRESS]
        self._group("reportingOwnerAddress", address)
        self._group("reportingOwnerRelationship", [(name, getattr(owner, column)) for name, column in RELATIONSHIP])
        self.out.append("    </reportingOwner>\n\n")

    def _group(self, element: str, leaves: list[tuple[str, object]]) -> None:
        if all(value is None for _, value in leaves):
            return
        self.out.append(f"        <{element}>\n")
        for name, value in leaves:
            self._leaf(name, value, 12, always=self.style.empty_elements)
        self.out.append(f"        </{element}>\n")

    def _leaf(self, element: str, value: object, indent: int, *, always: bool) -> None:
        if value is not None or always:
            self.out.append(f"{' ' * indent}<{element}>{self._text(value)}</{element}>\n")

    def _table(self, element: str, *kinds: Sequence[_Row]) -> None:
        rows = sorted((row for kind in kinds for row in kind), key=lambda row: row.row_number)
        bare = self.version == "X0101"
        if bare or not (rows or self.style.empty_tables):
            for row in rows:
                self._row(row, 4)
            return
        self.out.append(f"    <{element}>\n")
        for row in rows:
            self._row(row, 8)
        self.out.append(f"    </{element}>\n\n")

    def _row(self, row: _Row, indent: int) -> None:
        element, parts = LAYOUT[type(row)]
        if self.version == "X0101":
            element = "derivativeSecurity" if element.startswith("derivative") else "nonDerivativeSecurity"
        pad = " " * indent
        self.out.append(f"{pad}<{element}>\n")
        for part in parts:
            if part == CODING:
                self._coding(row, indent + 4)
            elif isinstance(part, str):
                self._value(row, part, indent + 4)
            else:
                self._block(row, part, indent + 4)
        self.out.append(f"{pad}</{element}>\n")

    def _block(self, row: _Row, block: Block, indent: int) -> None:
        element, parts = block
        start = len(self.out)
        for part in parts:
            self._value(row, part, indent + 4)
        if len(self.out) > start:
            pad = " " * indent
            self.out.insert(start, f"{pad}<{element}>\n")
            self.out.append(f"{pad}</{element}>\n")

    def _value(self, row: _Row, element: str, indent: int) -> None:
        column = COLUMN[element]
        value = getattr(row, column)
        notes = getattr(row, f"{column}_fn")
        pad = " " * indent
        if value is None and notes is None:
            if element == "transactionTimeliness":
                self._on_time(pad)
            return
        if element == "transactionPricePerShare" and self.version == "X0101":
            element = "transactionValue"
        self.out.append(f"{pad}<{element}>\n")
        if value is not None:
            self.out.append(f"{pad}    <value>{self._text(value)}</value>\n")
        self.out.extend(_note_ids(notes, pad))
        self.out.append(f"{pad}</{element}>\n")

    def _on_time(self, pad: str) -> None:
        if self.style.timeliness == "empty":
            self.out.append(f"{pad}<transactionTimeliness></transactionTimeliness>\n")
        elif self.style.timeliness == "empty value":
            self.out.append(f"{pad}<transactionTimeliness>\n{pad}    <value></value>\n{pad}</transactionTimeliness>\n")

    def _coding(self, row: _Row, indent: int) -> None:
        leaves = [
            ("transactionFormType", getattr(row, "transaction_form_type", None)),
            ("transactionCode", getattr(row, "transaction_code", None)),
            ("equitySwapInvolved", getattr(row, "equity_swap_involved", None)),
        ]
        notes: str | None = getattr(row, "transaction_coding_fn", None)
        if notes is None and all(value is None for _, value in leaves):
            return
        pad = " " * indent
        self.out.append(f"{pad}<transactionCoding>\n")
        for name, value in leaves:
            self._leaf(name, value, indent + 4, always=False)
        self.out.extend(_note_ids(notes, pad))
        self.out.append(f"{pad}</transactionCoding>\n")

    def _footnotes(self) -> None:
        if not self.filing.footnotes:
            if self.style.empty_elements:
                self.out.append("    <footnotes></footnotes>\n\n")
            return
        self.out.append("    <footnotes>\n")
        for note in self.filing.footnotes:
            text = self._long(note.footnote_text or "")
            if self.style.markup:
                text = text.replace("Rule 10b5-1", "<i>Rule 10b5-1</i>").replace("vest", "<b>vest</b>", 1)
            self.out.append(f'        <footnote id="{note.footnote_id}">{text}</footnote>\n')
        self.out.append("    </footnotes>\n\n")

    def _long(self, text: str) -> str:
        if self.style.loose:
            text = text.replace(". ", ".  ").replace(", ", ",\n")
        return escape(text)

    def _text(self, value: object) -> str:
        if value is None:
            return ""
        if isinstance(value, str):
            return escape(value)
        if isinstance(value, bool):
            return ("true" if value else "false") if self.style.words else str(int(value))
        if isinstance(value, Decimal):
            return format(value, "f")
        if isinstance(value, date):
            return f"{value.isoformat()}{self.style.date_offset}"
        raise TypeError(f"no XML form for {value!r}")


def _note_ids(notes: str | None, pad: str) -> Iterator[str]:
    return (f'{pad}    <footnoteId id="{each}"/>\n' for each in (notes or "").split(",") if each)


def _key(cik: int | None) -> str | None:
    return None if cik is None else f"{cik:010}"
