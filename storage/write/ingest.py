"""One writer's rows on their way into the lake: records in, Arrow out, in bounded memory."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import date, datetime
from functools import cached_property
from operator import attrgetter
from pathlib import Path
from types import TracebackType
from typing import TYPE_CHECKING, Any

from ...tables import (
    FILING_CHILDREN,
    FILING_KEY,
    TABLES,
    DatasetRead,
    Filing,
    IndexDay,
    IndexEntry,
    QuarantinedFiling,
    Table,
)
from ..arrow import arrow_schema
from ..errors import writing
from ..files.staging import Staging
from ..lazy import lazy
from ..periods import check_period, covers, first_month

if TYPE_CHECKING:
    import pyarrow as pa
    import pyarrow.parquet as pq
else:
    pa = lazy("pyarrow")
    pq = lazy("pyarrow.parquet")

FLUSH_ROWS = 4_096
"""Rows a table holds as Python values before they become an Arrow batch on disk."""


class Ingest:
    """Rows for one period, until `Lake.commit`; what is not committed is forgotten with `close` or the process."""

    def __init__(self, period: str, staging: Staging) -> None:
        self.quarter = period if first_month(period) else None
        """The quarter whose data set it brings, if it does: its filings go to the months that they were filed in."""
        self.period = first_month(period) or check_period(period)
        self.staging = staging
        self.filings: set[str] = set()
        self.from_datasets: set[str] = set()
        """Those of the filings that are as the SEC's data sets have them."""
        self.quarantined: set[str] = set()
        self.days: dict[date, IndexDay] = {}
        self.dataset_read = False
        self._spools = {name: Spool(table, staging.folder / f"{name}.rows") for name, table in TABLES.items()}

    def add_filing(self, filing: Filing, index_date: date) -> None:
        """Add a filing with all its rows, as listed by the index of `index_date`; for a data set's, its filing date.

        Raises:
            ValueError: no accession number or filing date, the accession was added before, the index date is outside
                the period, a filing of a data set comes with an ingest that is not a quarter's, or the reverse.
        """
        if (filing.source_format == "dataset") != (self.quarter is not None):
            raise ValueError(f"{filing.accession_number}: filings of data sets, and no others, come in by the quarter")
        accession = filing.accession_number
        self._claim(accession, index_date)
        if filing.filing_date is None:
            raise ValueError(f"{accession}: a filing needs its filing date; take the index's where its header has none")
        self.filings.add(accession)
        if self.quarter is not None:
            self.from_datasets.add(accession)
        self._spools["filings"].add(filing)
        for name in FILING_CHILDREN:
            self._spools[name].add_children(filing, getattr(filing, name))

    def add_quarantined(self, row: QuarantinedFiling, index_date: date) -> None:
        """Add a filing that could not be fetched or parsed; `attempts` is taken as given, the first `first_seen` stays.

        Raises:
            ValueError: no accession number, the accession was added before, or the date is outside the period.
        """
        self._claim(row.accession_number, index_date)
        if self.quarter is not None:
            raise ValueError(f"{row.accession_number}: a data set puts nothing into quarantine")
        self.quarantined.add(row.accession_number)
        self._spools["quarantine"].add(row)

    def add_day(self, day: IndexDay, entries: Iterable[IndexEntry]) -> None:
        """Add what an index date's index says, in place of what was known of it.

        Entries of the forms of `day.forms` that a whole index no longer lists are kept with `delisted_at` set to
        `day.read_at`; those of other forms are left alone.

        Raises:
            ValueError: the day was added before or is outside the period, or an entry is of another index date or is
                given twice.
        """
        self._check_date(day.index_date)
        if self.quarter is not None:
            raise ValueError(f"{day.index_date}: a data set brings no index")
        if day.index_date in self.days:
            raise ValueError(f"{day.index_date}: this index date was added already")
        self.days[day.index_date] = day
        self._spools["index_days"].add(day)
        seen: set[str] = set()
        for each in entries:
            if each.index_date != day.index_date or each.accession_number in seen:
                raise ValueError(f"{each.accession_number}: listed twice, or not by the index of {day.index_date}")
            seen.add(each.accession_number)
            self._spools["index_entries"].add(each)

    def add_dataset(self, read: DatasetRead) -> None:
        """Add the row of the data set that a quarter's ingest brings.

        Raises:
            ValueError: it is of another quarter, or was added before.
        """
        if read.quarter != self.quarter or self.dataset_read:
            raise ValueError(f"{read.quarter}: not the quarter of this ingest, or added already")
        self.dataset_read = True
        self._spools["datasets"].add(read)

    @property
    def empty(self) -> bool:
        """Whether nothing was added."""
        return not (self.filings or self.quarantined or self.days or self.dataset_read)

    def rows_of(self, table: str) -> Path | None:
        """The Parquet file of the rows added to a table, unsorted; None if there are none."""
        return self._spools[table].finish()

    def close(self) -> None:
        """Forget the rows and remove the staging folder."""
        for each in self._spools.values():
            each.finish()
        self.staging.discard()

    def __enter__(self) -> Ingest:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.close()

    def _claim(self, accession: str, index_date: date) -> None:
        if not accession:
            raise ValueError("a filing without an accession number cannot be stored")
        if accession in self.filings or accession in self.quarantined:
            raise ValueError(f"{accession}: this filing was added already")
        self._check_date(index_date)

    def _check_date(self, index_date: date) -> None:
        if self.quarter is None and not covers(self.period, index_date.isoformat()):
            raise ValueError(f"index date {index_date} is not within {self.period}")


class Spool:
    """The rows of one table: a few thousand as Python values, the others in a Parquet file beside the lake."""

    def __init__(self, table: Table, path: Path) -> None:
        self._table = table
        self._path = path
        self._names = list(table.column_names())
        child = table.name in FILING_CHILDREN
        self._own = attrgetter(*(self._names[len(FILING_KEY) :] if child else self._names))
        self._rows: list[tuple[Any, ...]] = []
        self._writer: pq.ParquetWriter | None = None
        self._written = False

    @cached_property
    def _schema(self) -> pa.Schema:
        return arrow_schema(self._table.columns)  # Arrow takes a while to import, and most runs bring no row to a table

    def add(self, record: object) -> None:
        """Add a record that is a row by itself."""
        self._rows.append(self._own(record))
        if len(self._rows) >= FLUSH_ROWS:
            self._flush()

    def add_children(self, filing: Filing, records: Iterable[object]) -> None:
        """Add the child records of a filing."""
        key = (filing.accession_number, filing.filing_date, filing.issuer_cik)
        self._rows += [key + self._own(each) for each in records]
        if len(self._rows) >= FLUSH_ROWS:
            self._flush()

    def finish(self) -> Path | None:
        """Close the file; None if no row was added."""
        if self._rows:
            self._flush()
        if self._writer is not None:
            with writing(self._path):
                self._writer.close()
            self._writer = None
        return self._path if self._written else None

    def _flush(self) -> None:
        columns = zip(*self._rows, strict=True)
        arrays = [_array(field, values) for field, values in zip(self._schema, columns, strict=True)]
        with writing(self._path):
            if self._writer is None:
                self._writer = pq.ParquetWriter(self._path, self._schema, compression="lz4")
            self._writer.write_batch(pa.RecordBatch.from_arrays(arrays, schema=self._schema))
        self._written = True
        self._rows = []


def _array(field: pa.Field, values: tuple[Any, ...]) -> pa.Array:
    if None in values and not field.nullable:
        raise ValueError(f"{field.name} may not be empty")
    if pa.types.is_timestamp(field.type) and any(isinstance(each, datetime) and each.tzinfo is None for each in values):
        raise ValueError(f"{field.name}: an instant needs its time zone")
    return pa.array(values, field.type)
