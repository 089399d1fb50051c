"""A day's or a quarter's index: fetched, or another file that says the same; unpacked; read into its filings."""

from __future__ import annotations

import hashlib
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date
from types import MappingProxyType
from typing import cast

from ..edgar_calendar import Quarter, is_business_day
from ..tables import OWNERSHIP_FORMS, IndexEntry
from . import unix_compress
from .bodies import GZIP_MAGIC, BodyNotWhole, gunzip
from .client import Answer, EdgarClient, Validators
from .days import ListedDay
from .errors import Absent, BrokenAnswer, CrawlError, DamagedIndex, EdgarDown
from .index_rows import last_data_received, parse_index
from .limits import COMPRESSED_INDEX, INDEX
from .listing import list_sizes

ARCHIVES = "/Archives/"
"""All indexes and filings are below it."""

ELECTRONIC_FROM = date(2003, 7, 1)
"""Ownership reports must be filed electronically since 2003-06-30: since then no business day was without one."""

_NONE_SEEN = Validators()
_QUARTERLY_FILES = ("master.gz", "master.idx", "form.gz", "form.idx", "company.gz", "company.idx")


@dataclass(slots=True)
class IndexFile:
    """What an index says: `entries` one an accession, sorted by it; `problems` name each line that cannot be read.

    `source_path` is below /Archives/, `content_sha256` of the index's bytes, uncompressed; `last_data_received` is the
    last day it has filings of, if it says so.
    """

    source_path: str
    content_sha256: str
    validators: Validators
    entries: list[IndexEntry] = field(default_factory=list)
    problems: list[str] = field(default_factory=list)
    last_data_received: date | None = None

    @property
    def whole(self) -> bool:
        """Whether every line was read, to the index's end."""
        return not self.problems


def read_daily_index(
    client: EdgarClient, day: ListedDay, forms: Collection[str], *, seen: Validators = _NONE_SEEN
) -> IndexFile | None:
    """The index of a day of `survey_days` that has a path (ValueError for another), fetched and read.

    None if the day's best file is still the edition `seen`. Else the first of the day's files that can be read whole,
    or the one that lists most. Not whole is also one with fewer bytes than EDGAR's list says, and one of a business day
    that lists nothing. Raises DamagedIndex if none is an index at all, and what `EdgarClient.get` raises: Absent for a
    day that EDGAR does not list may be true.
    """
    if day.path is None:
        raise ValueError(f"{day.index_date} has no index to read: {day.state}")
    return read_first_whole(client, (day.path, *day.other_paths), day.index_date, forms, seen, day.least_bytes)


def read_quarterly_index(client: EdgarClient, quarter: Quarter, forms: Collection[str]) -> IndexFile:
    """The index of a quarter, each entry's `index_date` being its date filed.

    The first of its files that can be read whole, or the one that lists most. Raises Absent for a quarter that EDGAR
    does not have, DamagedIndex if none is an index at all, and what `EdgarClient.get` raises.
    """
    folder = f"edgar/full-index/{quarter.year}/QTR{quarter.number}"
    paths = [f"{folder}/{name}" for name in _QUARTERLY_FILES]
    index = read_first_whole(client, paths, None, forms, _NONE_SEEN, list_sizes(client, folder))
    return cast(IndexFile, index)  # None would say that it has not changed, which was not asked


def read_index_file(answer: Answer, index_date: date | None, forms: Collection[str], least_bytes: int = 0) -> IndexFile:
    """The index that an answer is; `index_date` None: a quarterly one. Raises DamagedIndex if it is none at all."""
    body = unpacked(answer.body, answer.path)
    try:
        entries, problems = parse_index(body, index_date, forms)
    except DamagedIndex as error:
        raise DamagedIndex(f"{answer.path}: {error}", answer.path) from error
    if len(answer.body) < least_bytes:
        problems.append(
            f"the index has {len(answer.body):,} bytes, and EDGAR's list of indexes says {least_bytes:,} or more"
        )
    if not entries and _must_list_something(index_date) and _lists_nothing(body, index_date):
        when = f"{index_date} is a business day" if index_date else "a quarter has many"
        problems.append(f"the index lists no ownership filing, and {when}")
    return IndexFile(
        source_path=answer.path.removeprefix(ARCHIVES),
        content_sha256=hashlib.sha256(body).hexdigest(),
        validators=answer.validators,
        entries=entries,
        problems=problems,
        last_data_received=last_data_received(body),
    )


def _must_list_something(index_date: date | None) -> bool:
    return index_date is None or is_business_day(index_date)


def _lists_nothing(body: bytes, index_date: date | None) -> bool:
    """Whether an index has no ownership filing; before 2003, when most were on paper, whether it has no row at all."""
    newest = index_date or last_data_received(body)
    if newest is None or newest < ELECTRONIC_FROM:
        return b"edgar/" not in body
    return not parse_index(body, index_date, OWNERSHIP_FORMS)[0]


def read_first_whole(
    client: EdgarClient,
    paths: Sequence[str],
    index_date: date | None,
    forms: Collection[str],
    seen: Validators,
    least_bytes: Mapping[str, int] = MappingProxyType({}),
) -> IndexFile | None:
    """The first of several files with the same rows that can be read whole, else the one that lists most.

    None if the first is still the edition `seen`. Paths are below /Archives/; `index_date` None: a quarterly index.
    Raises what asking for the first raised if none can be had, and what `EdgarClient.get` raises else.
    """
    partial: list[IndexFile] = []
    failures: list[CrawlError] = []
    for path in paths:
        try:
            answer = client.get_unless(Validators() if partial or failures else seen, ARCHIVES + path)
            if answer is None:
                return None
            index = read_index_file(answer, index_date, forms, least_bytes.get(path, 0))
        except (Absent, BrokenAnswer, DamagedIndex) as failure:
            failures.append(failure)
            continue
        except EdgarDown as failure:
            client.probe()  # goes on where EDGAR answers for another file
            failures.append(BrokenAnswer(f"{failure}; for another file EDGAR answers", path))
            continue
        if index.whole:
            return index
        partial.append(index)
    if not partial:
        raise failures[0]
    return max(partial, key=lambda index: len(index.entries))


def unpacked(body: bytes, path: str) -> bytes:
    """The index's own bytes: by what they begin with, as a server may have unpacked a .gz on the way.

    Raises DamagedIndex for a packed file (.gz; .Z of Unix compress) that cannot be unpacked to its end.
    """
    try:
        if body.startswith(GZIP_MAGIC):
            return gunzip(body, INDEX)
        if body.startswith(unix_compress.MAGIC):
            return unix_compress.uncompress(body, COMPRESSED_INDEX)
    except BodyNotWhole as error:
        raise DamagedIndex(f"{path}: {error}", path) from error
    return body
