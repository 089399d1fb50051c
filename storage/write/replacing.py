"""Which rows of the filings that it amends an amendment replaces: section by section, row by row.

A section (transactions or holdings of Table I or II) that an amendment does not have stands. One that repeats a row of
it unchanged, or has as many rows and each is like one of the original's, restates it: what it leaves out is withdrawn.
Else the rows that are alike are corrected and the others stand; where none is alike, the amendment only adds.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass

from .filed import HOLDINGS, TRANSACTIONS, FiledReport, FiledRow
from .likeness import likeness, paired, unchanged

CORRECTED, RESTATED, WITHDRAWN = "corrected", "restated", "withdrawn"

_ADDS = re.compile(
    r"\bomi(t|ss)|\bnot (previously )?(reported|included)|\b(left out|supplement|unreported)|"
    r"\bfailed to (report|include)",
    re.IGNORECASE,
)
"""Words of an amendment that adds a row."""
_VOIDS = re.compile(
    r"\b(fil|submi|mad)\w*\W+(in error|by mistake|erroneously|inadvertently)|\bdisregard|\bnull and void|"
    r"\b(to|hereby|be|being|is|was) (withdr\w+|void\w*|rescind\w*|cancel+ed|delete[ds]?|remove[ds]?)\b|"
    r"\b(did not|never) (occur|take place|happen)|\bno (reportable )?transactions? (took place|occurred)",
    re.IGNORECASE,
)
"""Words of an amendment that says a report, or a line of it, is void."""


@dataclass(frozen=True, slots=True)
class Standing:
    """A row that stands after the amendments so far, and the filing that has it."""

    report: FiledReport
    row: FiledRow


@dataclass(frozen=True, slots=True)
class Replaced:
    """A row that an amendment replaces; without a row, the filing as a whole: no row of it stands."""

    report: FiledReport
    row: FiledRow | None
    amendment: FiledReport
    by_row: int | None
    reason: str


def says_void(text: str) -> bool:
    """Whether an amendment's text says that a report, or a line of it, is void."""
    return bool(_VOIDS.search(text))


def replace_rows(
    amendment: FiledReport, rows: Iterable[FiledRow], standing: list[Standing]
) -> tuple[list[Replaced], list[Standing]]:
    """What an amendment's rows replace of those that stand, and what stands then."""
    rows = list(rows)
    adds = bool(_ADDS.search(amendment.text))
    replaced: list[Replaced] = []
    for table in (*TRANSACTIONS, *HOLDINGS):
        mine = [each for each in rows if each.table == table]
        held = [each for each in standing if each.row.table == table]
        if mine and held:
            replaced += _section(amendment, mine, held, adds=adds)
    gone = {(each.report.accession_number, each.row) for each in replaced}
    left = [each for each in standing if (each.report.accession_number, each.row) not in gone]
    return replaced, [*left, *(Standing(amendment, each) for each in rows)]


def _section(amendment: FiledReport, rows: list[FiledRow], held: list[Standing], *, adds: bool) -> Iterator[Replaced]:
    pairs = _pairs(rows, held, leniently=False)
    if not adds and len(rows) == len(held) > len(pairs):
        pairs |= _pairs(rows, held, leniently=True, taken=pairs)
    same = {where for where, row in pairs.items() if unchanged(row, held[where].row)}
    restates = bool(same) or (len(rows) == len(held) == len(pairs))
    for where, each in enumerate(held):
        if where in pairs:
            reason = RESTATED if where in same else CORRECTED
            yield Replaced(each.report, each.row, amendment, pairs[where].number, reason)
        elif restates:
            yield Replaced(each.report, each.row, amendment, None, WITHDRAWN)


def _pairs(
    rows: list[FiledRow], held: list[Standing], *, leniently: bool, taken: dict[int, FiledRow] | None = None
) -> dict[int, FiledRow]:
    """Rows by the place of the one that they pair with, most alike first, then in the order of both."""
    found = dict(taken or {})
    used = {each.number for each in found.values()}
    candidates = sorted(
        (-likeness(row, each.row), not unchanged(row, each.row), abs(where - place), where, place)
        for place, row in enumerate(rows)
        for where, each in enumerate(held)
        if paired(row, each.row, leniently=leniently)
    )
    for *_, where, place in candidates:
        if where not in found and rows[place].number not in used:
            found[where] = rows[place]
            used.add(rows[place].number)
    return found
