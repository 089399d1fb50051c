"""The eight members of a data set: which of their columns fills which column of the lake, and how it is typed."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from ...sec_tables import ACCESSION, DOCUMENT_TYPE, FILING_DATE, SEC_TABLES, Kind, SecColumn, SecTable
from ...tables import TABLES
from ..issues import Span
from ..values import amount, cik, flag
from .values import day, footnote_ids, text

Convert = Callable[[str], tuple[Any, str | None]]

_CONVERT: dict[Kind, Convert] = {
    Kind.TEXT: text,
    Kind.AMOUNT: amount,
    Kind.DATE: day,
    Kind.BOX: flag,
    Kind.NOTES: footnote_ids,
    Kind.CIK: cik,
}
_TERMS = ("exercise_date", "expiration_date")
"""Dates that may lie far ahead of the filing."""


@dataclass(frozen=True, slots=True)
class Target:
    """The column of the lake that a column fills."""

    column: str
    convert: Convert
    span: Span


@dataclass(frozen=True, slots=True)
class Member:
    """One TSV: its table, and what each of its columns fills; those that are read apart fill nothing here."""

    sec: SecTable
    targets: dict[str, Target]

    @property
    def name(self) -> str:
        """Its name without `.tsv`."""
        return self.sec.name

    @property
    def table(self) -> str:
        """The lake's table."""
        return self.sec.table

    @property
    def record(self) -> type:
        """The record of a row."""
        return TABLES[self.table].record


def _target(column: SecColumn) -> Target:
    span: Span = "" if column.kind is not Kind.DATE else "term" if column.column in _TERMS else "event"
    return Target(column.column, _CONVERT[column.kind], span)


def _member(sec: SecTable) -> Member:
    columns = (each for each in sec.columns if each.name not in (ACCESSION, FILING_DATE, DOCUMENT_TYPE))
    return Member(sec, {each.name: _target(each) for each in columns if each.kind in _CONVERT})


MEMBERS = {name: _member(each) for name, each in SEC_TABLES.items()}
SUBMISSION, OWNERS, FOOTNOTES, SIGNATURES = (
    MEMBERS[name] for name in ("SUBMISSION", "REPORTINGOWNER", "FOOTNOTES", "OWNER_SIGNATURE")
)
SECTIONS = (
    (MEMBERS["NONDERIV_TRANS"], MEMBERS["NONDERIV_HOLDING"]),
    (MEMBERS["DERIV_TRANS"], MEMBERS["DERIV_HOLDING"]),
)
"""The members of Table I and of Table II, in the order in which their rows are numbered."""


@dataclass(frozen=True, slots=True)
class Columns:
    """The columns of a member as one set has them: the names of its header, other spellings put right."""

    names: tuple[str, ...]

    def place(self, name: str) -> int | None:
        """Where a column stands; None if it is absent."""
        return self.names.index(name) if name in self.names else None


def columns_of(member: Member, header: list[str]) -> tuple[Columns, list[str]]:
    """The columns that a header names, and what is wrong with it, in words."""
    declared = {each.name for each in member.sec.columns}
    names: list[str] = []
    problems = []
    for given in header:
        name = given.strip().strip("\ufeff").upper()
        name = name if name in declared else member.sec.aliases.get(name, name)
        if name in names:
            problems.append(f"has the column {given[:80]!r} twice; the first was read")
            name = ""
        elif name not in declared and name not in member.sec.unpublished:
            problems.append(f"has a column {given[:80]!r} that is not known here and was not kept")
        names.append(name)
    needed = {each.name for each in member.sec.columns if not each.optional}
    problems += [f"lacks the column {name}" for name in sorted(needed) if name not in names]
    return Columns(tuple(names)), problems
