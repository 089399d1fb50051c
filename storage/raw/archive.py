"""The raw archive of a lake, found by listing: no log names its files, and their order is in their names.

Of two files of a day the one with the higher number holds the later copies. Names of older programs have a time in the
place of the number; they sort before all that have one.
"""

from __future__ import annotations

import re
import secrets
from collections import Counter
from collections.abc import Collection, Iterable, Iterator, Sequence
from contextlib import suppress
from dataclasses import dataclass
from datetime import date
from itertools import groupby
from pathlib import Path
from threading import RLock

from ..errors import LakeDamaged
from ..files.locks import held
from ..files.place import Files
from . import journal, parquet
from .journal import DeadJournal, JournalWriter
from .submission import RawSubmission

JOURNAL_BYTES = 64 << 20
"""A journal that holds so much becomes a Parquet file."""

_DAY = re.compile(r"(?:year=\d{4}/)?(\d{4}-\d{2}-\d{2})\.")
_NUMBER = re.compile(r"\.n(\d{8})-")


@dataclass(frozen=True, slots=True, order=True)
class _Part:
    """A Parquet file or a journal of one day; the later ones sort last."""

    stem: str
    """Its name without folder and suffix."""
    journal: Path | None = None

    @property
    def name(self) -> str:
        """The name in the lake, of a Parquet file."""
        return f"raw/year={self.stem[:4]}/{self.stem}.parquet"

    @property
    def number(self) -> int:
        found = _NUMBER.search(self.stem)
        return int(found[1]) if found else 0


class RawArchive:
    """The submissions of a lake, by index date and accession; of several copies the latest counts.

    Of copies that two writers keep at the same time, either may be the latest.
    """

    def __init__(self, files: Files) -> None:
        self._files = files
        self._journal: JournalWriter | None = None
        self._alone = RLock()

    def append(self, submissions: Sequence[RawSubmission]) -> None:
        """Keep submissions, durable when this returns; no lock is waited for.

        They go into a journal, which `compact_period` makes a Parquet file.

        Raises:
            LakeFull, LakeUnwritable: they could not be kept; what could is whole.
        """
        by_date = sorted(submissions, key=lambda each: each.index_date)
        with self._alone:
            for index_date, group in groupby(by_date, key=lambda each: each.index_date):
                writer = self._journal_of(index_date)
                try:
                    writer.append(group)
                except BaseException:
                    self.close()  # a half record ends a journal
                    raise
                if writer.submissions >= self._files.journal_filings or writer.bytes >= JOURNAL_BYTES:
                    self._end_journal()

    def close(self) -> None:
        """Let go of the journal; what it holds is read from it, until the next compaction of its day."""
        with self._alone:
            if self._journal:
                self._journal.end().leave()
                self._journal = None

    def held(self, index_date: date) -> set[str]:
        """The accession numbers archived under an index date.

        Raises:
            LakeDamaged: a file cannot be read.
        """
        while True:
            try:
                return {number for part in self._parts(index_date) for number in self._accessions(part)}
            except FileNotFoundError:
                continue  # compacted away since it was listed

    def counts(self, index_dates: Iterable[date]) -> dict[str, int]:
        """How many submissions are archived under each index date, written ISO, where there are any."""
        found = {}
        for each in sorted(index_dates):
            with suppress(LakeDamaged):  # said to whoever reads the day
                found[each.isoformat()] = len(self.held(each))
        return {day: count for day, count in found.items() if count}

    def read(self, index_date: date, accession_numbers: Collection[str]) -> Iterator[RawSubmission]:
        """The archived submissions among these accessions, each once, its latest copy.

        Raises:
            LakeDamaged: a file cannot be read, or a content is not what its SHA-256 says.
        """
        wanted = set(accession_numbers)
        while wanted:
            try:
                yield from self._latest(self._parts(index_date), wanted)
            except FileNotFoundError:
                continue  # compacted away since it was listed
            return

    def scattered(self, before: date) -> list[date]:
        """The index dates before a date whose submissions are not in one Parquet file, oldest first."""
        waiting = {_day(each) for each in journal.waiting(self._files.journals()) if _DAY.match(each)}
        days = {day for day, count in self._files_by_date().items() if count > 1} | waiting
        return sorted(day for day in days if day < before)

    def empty(self) -> bool:
        """Whether no submission was ever kept."""
        return not (self._files_by_date() or journal.waiting(self._files.journals()))

    def check(self, name: str, *, deep: bool) -> None:
        """Open one Parquet file, by its name in the lake; if `deep`, compare each content with its SHA-256.

        Raises:
            LakeDamaged: it cannot be read, or a content is not what was stored.
            FileNotFoundError: it is gone.
        """
        numbers = parquet.accessions(self._files, name)
        if deep:
            for _ in parquet.submissions(self._files, name, numbers):
                pass

    def compact_period(self, index_date: date) -> None:
        """Put the files and journals of an index date into one file, with the latest copy of each submission.

        Readers are not disturbed, and the journals of other living writers are left to them.

        Raises:
            LakeDamaged: a file cannot be read, or a content is not what its SHA-256 says.
            LakeFull, LakeUnwritable: the one file could not be written; the others are as they were.
        """
        with self._alone:
            if self._journal and self._journal.index_date == index_date:
                self.close()
        if len(self._parts(index_date)) < 2 and not journal.waiting(self._files.journals(), f"{index_date}."):
            return
        with held(self._files.lock_file("raw")):
            ended = journal.dead_journals(self._files.journals(), f"{index_date}.")
            try:
                dead = {each.path for each in ended}
                parts = [each for each in self._parts(index_date) if not each.journal or each.journal in dead]
                self._fold(index_date, parts, ended)
            except FileNotFoundError:
                # A bucket's writers have no lock in common: the files are left to the other that compacts them.
                return
            finally:
                for each in ended:
                    each.leave()

    def _fold(self, index_date: date, parts: list[_Part], ended: Sequence[DeadJournal]) -> None:
        """Make one Parquet file of parts, then remove them, the oldest first: nothing is without its latest copy."""
        if len(parts) == 1 and not ended:
            return
        names = {number for part in parts for number in self._accessions(part)}
        if names:
            staging = self._files.stage()
            try:
                staged = staging.folder / "raw.parquet"
                parquet.write(self._latest(parts, names), staged)
                stem = _stem(index_date, max(each.number for each in parts))
                self._files.install(staged, _Part(stem).name)
            finally:
                staging.discard()
        for each in parts:
            if not each.journal:
                self._files.remove(each.name)
        for each_ended in ended:
            each_ended.remove()

    def _journal_of(self, index_date: date) -> JournalWriter:
        """The open journal, which is of this date."""
        if self._journal and self._journal.index_date != index_date:
            self._end_journal()
        if not self._journal:
            number = 1 + max((each.number for each in self._parts(index_date)), default=0)
            path = self._files.journals() / f"{_stem(index_date, number)}{journal.SUFFIX}"
            self._journal = JournalWriter(path, index_date)
        return self._journal

    def _end_journal(self) -> None:
        """Make the open journal a Parquet file of its own."""
        if self._journal:
            ended, index_date = self._journal.end(), self._journal.index_date
            self._journal = None
            try:
                self._fold(index_date, [_Part(ended.path.stem, ended.path)], [ended])
            finally:
                ended.leave()

    def _accessions(self, part: _Part) -> set[str]:
        return journal.accessions(part.journal) if part.journal else parquet.accessions(self._files, part.name)

    def _latest(self, parts: Sequence[_Part], wanted: set[str]) -> Iterator[RawSubmission]:
        """The latest copy of each wanted submission, which is taken from `wanted`."""
        for part in reversed(parts):
            if not wanted:
                return
            found = (
                journal.submissions(part.journal, frozenset(wanted))
                if part.journal
                else parquet.submissions(self._files, part.name, frozenset(wanted))
            )
            for each in found:
                wanted.discard(each.accession_number)
                yield each
                del each  # else it lived until the next is read

    def _files_by_date(self) -> Counter[date]:
        return Counter(_day(each) for each in self._files.names("raw", ".parquet") if _DAY.match(each))

    def _parts(self, index_date: date) -> list[_Part]:
        """The files and journals of a date, the latest last; journals are listed first, as they become files."""
        parts = self._journals(index_date)
        for each in self._files.names(f"raw/year={index_date:%Y}", ".parquet"):
            if each.startswith(f"{index_date}."):
                parts.append(_Part(each.removesuffix(".parquet")))
        return sorted(parts)

    def _journals(self, index_date: date) -> list[_Part]:
        folder = self._files.journals()
        stems = journal.journal_names(folder, f"{index_date}.")
        return [_Part(each, folder / f"{each}{journal.SUFFIX}") for each in stems]


def _day(name: str) -> date:
    found = _DAY.match(name)
    if not found:
        raise ValueError(f"{name} is not the name of a file of the raw archive")
    return date.fromisoformat(found[1])


def _stem(index_date: date, number: int) -> str:
    return f"{index_date}.n{number:08d}-{secrets.token_hex(4)}"
