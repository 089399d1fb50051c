"""Rows of a data set's TSVs to filings: a pure function of a batch, to be run anywhere.

The sets have no order of rows: rows of Tables I and II are numbered by their surrogate keys, transactions before
holdings; owners and signatures as they stand in their files. Amounts are as published, at 2 decimals. A relationship
names what applies: the booleans of the others are NULL, not False, as the set does not say whether they were filed.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from datetime import date
from typing import Any

from ...sec_tables import DOCUMENT_TYPE, FILING_DATE, RELATIONSHIP
from ...tables import Filing, Footnote, ParseIssue, ReportingOwner, Signature
from ..doubts import doubts
from ..issues import EARLIEST, MOST_ISSUES, MOST_ROWS, later
from ..ticker import ticker
from .columns import FOOTNOTES, MEMBERS, OWNERS, SECTIONS, SIGNATURES, SUBMISSION, Columns, Member, Target
from .values import day, relationship

DATASET_PARSER_VERSION = 3
"""Raised whenever what is made of a data set changes; it is the `parser_version` of these filings."""

Line = tuple[str, ...] | list[str]


@dataclass(slots=True)
class RawFiling:
    """The lines of one filing as bytes, without their ends, by member."""

    accession_number: str
    lines: dict[str, list[bytes]] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class DatasetBatch:
    """Some filings of a data set, to be typed; it can be pickled.

    `incomplete` are the members that are absent or had to be left out: what is not there may exist.
    """

    columns: dict[str, Columns]
    incomplete: frozenset[str]
    filings: list[RawFiling]


def parse_dataset_batch(batch: DatasetBatch) -> list[Filing]:
    """The filings of a batch, in its order; what cannot be typed is in their `parse_issues`. Raises nothing."""
    plans = {name: _Plan.of(MEMBERS[name], columns) for name, columns in batch.columns.items()}
    return [_Reading(raw, plans, batch.incomplete).filing() for raw in batch.filings]


@dataclass(frozen=True, slots=True)
class _Plan:
    """What to do with the fields of a member's lines."""

    member: Member
    count: int
    targets: list[tuple[int, Target]]
    key: int | None
    places: dict[str, int]

    @classmethod
    def of(cls, member: Member, columns: Columns) -> _Plan:
        places = {name: place for place, name in enumerate(columns.names) if name}
        targets = [(place, member.targets[name]) for name, place in places.items() if name in member.targets]
        return cls(member, len(columns.names), targets, places.get(member.sec.key or ""), places)


class _Reading:
    """One filing being read."""

    def __init__(self, raw: RawFiling, plans: dict[str, _Plan], incomplete: frozenset[str]) -> None:
        self._raw = raw
        self._plans = plans
        self._incomplete = incomplete
        self._issues: list[ParseIssue] = []
        self._latest = {"event": date.max, "term": date.max}

    def filing(self) -> Filing:
        plan = self._plans[SUBMISSION.name]
        (line,) = self._lines(SUBMISSION)
        filing_date = day(line[plan.places[FILING_DATE]])[0]
        if filing_date:
            self._latest = {"event": later(filing_date, 366), "term": later(filing_date, 36_525)}
        values = self._values(plan, line, None)
        issuer_cik = values.get("issuer_cik")
        tables: dict[str, Any] = {
            "reporting_owners": self._owners(),
            "footnotes": self._footnotes(),
            "signatures": self._signatures(),
        }
        for section in SECTIONS:
            tables |= self._section(section)
        accession = self._raw.accession_number
        filing = Filing(
            accession_number=accession,
            form_type=line[plan.places[DOCUMENT_TYPE]].strip(),
            filing_date=filing_date,
            ticker=ticker(values.get("issuer_trading_symbol")),
            owner_count=self._count(OWNERS, tables),
            footnote_count=self._count(FOOTNOTES, tables),
            source_format="dataset",
            source_path=None if issuer_cik is None else f"edgar/data/{issuer_cik}/{accession}.txt",
            parser_version=DATASET_PARSER_VERSION,
            parse_issues=self._issues,
            **values,
            **tables,
        )
        filing.parse_issues.extend(doubts(filing))
        return filing

    def _count(self, member: Member, tables: dict[str, list[Any]]) -> int | None:
        return None if member.name in self._incomplete else len(tables[member.table])

    def _lines(self, member: Member) -> Iterator[Line]:
        """The fields of a member's lines; a line that cannot be taken apart is kept as an issue."""
        plan = self._plans.get(member.name)
        for raw in self._raw.lines.get(member.name, ()) if plan else ():
            try:
                line = raw.decode()
            except UnicodeDecodeError:
                line = raw.decode("latin-1")
                self._issue(member, None, None, line, "is not UTF-8; it was read as Latin-1")
            fields = line.split("\t")
            if plan and len(fields) == plan.count:
                yield fields
            else:
                wanted = plan.count if plan else 0
                self._issue(member, None, None, line, f"a row of {member.name} with {len(fields)} fields, not {wanted}")

    def _numbered(self, member: Member, lines: Iterable[Line], first: int = 1) -> Iterator[tuple[int, Line]]:
        for number, line in enumerate(lines, first):
            if number > MOST_ROWS:
                self._issue(member, None, None, None, f"more than {MOST_ROWS:,} rows; the others were left out")
                return
            yield number, line

    def _values(self, plan: _Plan, line: Line, row_number: int | None) -> dict[str, Any]:
        found: dict[str, Any] = {}
        for place, target in plan.targets:
            raw = line[place]
            if raw:
                value, problem = target.convert(raw)
                if target.span and value is not None and not EARLIEST <= value <= self._latest[target.span]:
                    problem = "is an implausible date"
                if problem is not None:
                    self._issue(plan.member, row_number, target.column, raw, problem)
                found[target.column] = value
        return found

    def _section(self, members: tuple[Member, ...]) -> dict[str, list[Any]]:
        """The rows of Table I or II, numbered through both of its members."""
        tables: dict[str, list[Any]] = {}
        last = 0
        for member in members:
            tables[member.table] = rows = []
            plan = self._plans.get(member.name)
            if plan is None or member.name not in self._raw.lines:
                continue
            for number, line in self._numbered(member, self._in_order(plan), last + 1):
                rows.append(member.record(row_number=number, **self._values(plan, line, number)))
            last += len(rows)
        return tables

    def _in_order(self, plan: _Plan) -> list[Line]:
        keyed: dict[int, Line] = {}
        others: list[Line] = []
        for line in self._lines(plan.member):
            text = "" if plan.key is None else line[plan.key]
            if not (text.isascii() and text.isdecimal() and len(text) <= 38):
                if plan.key is not None:
                    self._issue(plan.member, None, None, "\t".join(line), f"has no number as its {plan.member.sec.key}")
                others.append(line)
            elif int(text) in keyed:
                reason = f"a second row of {plan.member.name} with this {plan.member.sec.key}; the first was kept"
                self._issue(plan.member, None, None, "\t".join(line), reason)
            else:
                keyed[int(text)] = line
        return [*(keyed[key] for key in sorted(keyed)), *others]

    def _owners(self) -> list[ReportingOwner]:
        owners = []
        for number, line in self._numbered(OWNERS, self._lines(OWNERS)):
            plan = self._plans[OWNERS.name]
            values = self._values(plan, line, number)
            if (place := plan.places.get(RELATIONSHIP)) is not None:
                known, problem = relationship(line[place])
                values |= known
                if problem:
                    self._issue(OWNERS, number, None, line[place], problem)
            owners.append(ReportingOwner(owner_number=number, **values))
        return owners

    def _footnotes(self) -> list[Footnote]:
        found: dict[str, Footnote] = {}
        for line in self._lines(FOOTNOTES):
            values = self._values(self._plans[FOOTNOTES.name], line, None)
            name = values.pop("footnote_id", None)
            if name is None or name in found:
                reason = (
                    "a footnote without an id" if name is None else "a second footnote of this id; the first was kept"
                )
                self._issue(FOOTNOTES, None, None, "\t".join(line), reason)
            else:
                found[name] = Footnote(footnote_id=name, **values)
        return sorted(found.values(), key=lambda each: (len(each.footnote_id), each.footnote_id))

    def _signatures(self) -> list[Signature]:
        plan = self._plans.get(SIGNATURES.name)
        return [
            Signature(signature_number=number, **self._values(plan, line, number))
            for number, line in self._numbered(SIGNATURES, self._lines(SIGNATURES))
            if plan
        ]

    def _issue(self, member: Member, row_number: int | None, column: str | None, raw: str | None, reason: str) -> None:
        if len(self._issues) > MOST_ISSUES:
            return
        if len(self._issues) == MOST_ISSUES:
            row_number = column = raw = None
            reason = f"more than {MOST_ISSUES:,} things cannot be read; the others are not kept here"
        self._issues.append(
            ParseIssue(table_name=member.table, row_number=row_number, column_name=column, raw_value=raw, reason=reason)
        )
