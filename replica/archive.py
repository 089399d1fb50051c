"""What the replica serves: submissions, the index rows that list them, and what a perfect parser makes of them."""

from __future__ import annotations

import gzip
import re
from collections.abc import Collection, Iterable, Iterator
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta

from ..tables import Filing
from . import indexes
from .indexes import IndexRow

_DAILY = re.compile(r"edgar/daily-index/(\d{4}/QTR[1-4])/((master|form|company)\.\d+\.idx(?:\.gz)?)")
_LISTING = re.compile(r"edgar/daily-index/(\d{4}/QTR[1-4])/index\.json")
_FULL_LISTING = re.compile(r"edgar/full-index/(\d{4}/QTR[1-4])/index\.json")
_IN_FOLDER = re.compile(r"(edgar/data/\d+)/(\d{10})(\d\d)(\d{6})/(\2-\3-\4\.txt)")
_QUARTERLY = re.compile(r"edgar/full-index/(\d{4}/QTR[1-4])/(master|form|company)\.(idx|gz)")


@dataclass
class Archive:
    """An EDGAR in memory. Paths are below /Archives/; index dates are New York dates.

    `rows` has an entry for every day that has an index, each in the master index's order. `truth` has, by accession
    number, the records a perfect parser returns (parser_version left None); it is empty where the filings are real
    ones. `amends` names the filing that an amendment amends. `kinds` are the daily indexes there are; `packed` ones are
    gzip files named `….idx.gz`. `datasets` are quarters' data sets (`2024q1`) to serve as they are; those of other
    quarters are made from the truth.
    """

    rows: dict[date, list[IndexRow]]
    submissions: dict[str, bytes]
    holidays: frozenset[date] = frozenset()
    truth: dict[str, Filing] = field(default_factory=dict)
    amends: dict[str, str] = field(default_factory=dict)
    kinds: tuple[str, ...] = indexes.KINDS
    packed: bool = False
    datasets: dict[str, bytes] = field(default_factory=dict)
    _paths: dict[str, str] = field(init=False, repr=False)
    _listed: frozenset[str] = field(init=False, repr=False)
    _rendered: dict[tuple[str, frozenset[str]], bytes] = field(init=False, repr=False, default_factory=dict)

    def __post_init__(self) -> None:
        if both := self.holidays & self.rows.keys():
            raise ValueError(f"{min(both)} is given both as a holiday and as a day with an index")
        self._paths = {}
        for row in self._all_rows():
            self._paths.setdefault(row.accession_number, row.path)
        self._listed = frozenset(row.path for row in self._all_rows() if row.accession_number in self.submissions)

    @property
    def days(self) -> list[date]:
        """The days that have an index, oldest first."""
        return sorted(self.rows)

    def accessions(self, day: date) -> list[str]:
        """The accession numbers of the ownership filings that a day's index lists, in its order, each once."""
        return list(dict.fromkeys(r.accession_number for r in self.rows[day] if r.accession_number in self.submissions))

    def path_of(self, accession_number: str) -> str:
        """The path of a filing in the first index row that lists it; KeyError for one that no index lists."""
        return self._paths[accession_number]

    def read(self, path: str, left_out: frozenset[str] = frozenset()) -> bytes | None:
        """The bytes at a path below /Archives/, or None where EDGAR has nothing; an index without the `left_out`.

        A submission is found in the folder of its accession number as well, as on EDGAR.
        """
        if found := _IN_FOLDER.fullmatch(path):
            path = f"{found[1]}/{found[5]}"
        if path in self._listed:
            return self.submissions[path.rpartition("/")[2].removesuffix(".txt")]
        if (path, left_out) not in self._rendered:
            body = self._index(path, left_out)
            if body is None:
                return None
            self._rendered[path, left_out] = body
        return self._rendered[path, left_out]

    def modified(self, path: str) -> datetime | None:
        """When the index at a path was published, in New York time; None for what is not an index of this archive."""
        if day := self._day_of(path):
            return indexes.published_at(day)
        if match := _LISTING.fullmatch(path) or _QUARTERLY.fullmatch(path) or _FULL_LISTING.fullmatch(path):
            days = self._days_in(match[1])
            if not days and _LISTING.fullmatch(path) and self._has_begun(match[1]):
                return indexes.published_at(self.days[0])
            return indexes.published_at(max(days)) if days else None
        return None

    def _index(self, path: str, left_out: frozenset[str]) -> bytes | None:
        if day := self._day_of(path):
            kind = path.rpartition("/")[2].partition(".")[0]
            body = indexes.DAILY_FORMATS[kind](day, _without(self.rows[day], left_out))
            return _gzipped(body) if self.packed else body
        if match := _LISTING.fullmatch(path):
            days = self._days_in(match[1])
            folder = f"daily-index/{match[1]}"
            names = [(day, self._name(kind, day)) for kind in self.kinds for day in days]
            return self._listing(folder, names) if days or self._has_begun(match[1]) else None
        if match := _FULL_LISTING.fullmatch(path):
            days = self._days_in(match[1])
            names = [(days[-1], f"{kind}.{packing}") for kind in indexes.KINDS for packing in ("gz", "idx") if days]
            return self._listing(f"full-index/{match[1]}", names) if days else None
        if match := _QUARTERLY.fullmatch(path):
            days = self._days_in(match[1])
            rows = sorted((row for day in days for row in _without(self.rows[day], left_out)), key=index_order)
            if not days:
                return None
            body = indexes.QUARTERLY_FORMATS[match[2]](max(days), rows)
            return _gzipped(body) if match[3] == "gz" else body
        return None

    def _listing(self, folder: str, names: list[tuple[date, str]]) -> bytes:
        """The index.json of a folder below edgar/, with the size of each file."""
        sized = [(day, name, len(self.read(f"edgar/{folder}/{name}") or b"")) for day, name in names]
        return indexes.folder_listing(folder, sized)

    def _day_of(self, path: str) -> date | None:
        """The day whose index a path is; None for any other path."""
        match = _DAILY.fullmatch(path)
        if match is None:
            return None
        days = self._days_in(match[1]) if match[3] in self.kinds else []
        return next((day for day in days if self._name(match[3], day) == match[2]), None)

    def _name(self, kind: str, day: date) -> str:
        return f"{kind}.{indexes.digits_of(day)}.idx{'.gz' if self.packed else ''}"

    def _days_in(self, folder: str) -> list[date]:
        return [day for day in self.days if indexes.quarter_folder(day) == folder]

    def _has_begun(self, folder: str) -> bool:
        """Whether EDGAR had daily indexes in that quarter, up to the newest day's: there is a list, if an empty one."""
        return bool(self.rows) and indexes.FIRST_FOLDER <= folder <= indexes.quarter_folder(self.days[-1])

    def _all_rows(self) -> Iterator[IndexRow]:
        return (row for day in self.days for row in self.rows[day])


def index_order(row: IndexRow) -> tuple[str, date, str]:
    """The order of a master index: by CIK as text, `1000229` before `9984`, then by date and path."""
    return str(row.cik), row.filed, row.path


def business_days(first: date, count: int, holidays: Collection[date] = ()) -> list[date]:
    """The first `count` weekdays from `first` on that are not holidays."""
    days: list[date] = []
    day = first
    while len(days) < count:
        if day.weekday() < 5 and day not in holidays:
            days.append(day)
        day += timedelta(days=1)
    return days


def rows_of(accession_number: str, form_type: str, filed: date, parties: Iterable[tuple[int, str]]) -> list[IndexRow]:
    """The index rows of one filing: one for every CIK of it, each with its own path."""
    return [
        IndexRow(cik, name, form_type, filed, f"edgar/data/{cik}/{accession_number}.txt")
        for cik, name in dict(parties).items()
    ]


def _without(rows: Iterable[IndexRow], accession_numbers: Collection[str]) -> list[IndexRow]:
    return [row for row in rows if row.accession_number not in accession_numbers]


def _gzipped(body: bytes) -> bytes:
    return gzip.compress(body, 1, mtime=0)
