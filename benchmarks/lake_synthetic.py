"""A synthetic lake of twenty years, put in through the lake's own commits.

Rows are generated a year at a time by DuckDB (`lake_synthetic.sql`) straight into the files that an ingest spools its
rows into, so that everything after that is what any writer does: the refusal of a second copy of an accession, the
matching of amendments, sorting, the log, the catalog. Closed years are one file a table; the last year is as it stands
on its last evening, months and the days of December, which is when a lake has most files.
"""

from __future__ import annotations

import math
import shutil
import sys
import time
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, date, datetime
from pathlib import Path

import duckdb

from ..storage import Lake
from ..storage.versions.snapshot import quoted, select_nothing
from ..tables import TABLES, IndexDay

FIRST_YEAR, LAST_YEAR = 2006, 2025
FILINGS, ISSUERS_AT_A_TIME = 8_000_000, 5_200
FORMS = "3,3/A,4,4/A,5,5/A"
_SCRIPT = Path(__file__).with_name("lake_synthetic.sql")


@dataclass(frozen=True, slots=True)
class Generator:
    """The rows of a synthetic lake at a scale: 1 is eight million filings."""

    scale: float

    @property
    def filings_a_year(self) -> int:
        """Filings, those in quarantine with them."""
        return round(FILINGS * self.scale / (LAST_YEAR - FIRST_YEAR + 1))

    @property
    def slots(self) -> int:
        """Issuers at any one time; fewer of them in a smaller lake, but each then files less too."""
        return max(100, round(ISSUERS_AT_A_TIME * math.sqrt(self.scale)))

    def year(self, year: int) -> Year:
        """The generator of one year's rows."""
        engine = duckdb.connect(config={"memory_limit": "1500MB"})
        engine.execute("SET TimeZone = 'UTC'; SET preserve_insertion_order = false")
        for name, value in (("year", year), ("filings", self.filings_a_year), ("slots", self.slots)):
            engine.execute(f"SET VARIABLE {name} = {value}")
        preparation, *queries = _SCRIPT.read_text(encoding="utf-8").split("-- @table ")
        engine.execute(preparation)
        return Year(engine, {each.split(None, 1)[0]: each.split(None, 1)[1] for each in queries})


@dataclass(frozen=True, slots=True)
class Year:
    """One year's rows, generated and waiting to be written."""

    engine: duckdb.DuckDBPyConnection
    queries: dict[str, str]

    def keep(self) -> None:
        """Make all rows once, for a year that is written in many pieces."""
        for table, query in self.queries.items():
            self.engine.execute(f"CREATE TABLE made_{table} AS {query}")
            self.queries[table] = f"SELECT * FROM made_{table}"

    def days(self) -> list[date]:
        """The year's business days."""
        return [each[0] for each in self.engine.execute("SELECT day FROM business_days ORDER BY day").fetchall()]

    def accessions(self, relation: str, period: str) -> set[str]:
        """The accession numbers of `stored` or of `quarantine` in a period."""
        sql = f"SELECT accession_number FROM base WHERE {relation} AND filing_date::VARCHAR SIMILAR TO '{period}.*'"
        return {each[0] for each in self.engine.execute(sql).fetchall()}

    def write(self, table: str, period: str, path: Path) -> bool:
        """Write a table's rows of a period, a pattern, to a Parquet file, in no order; whether there are any."""
        if table not in self.queries:
            return False
        query = self.queries[table]
        dated = "index_date" if table == "index_days" else "filing_date"
        columns = ", ".join(f"{each.name}::{each.sql_type} AS {each.name}" for each in TABLES[table].columns)
        rows = self.engine.execute(
            f"COPY (SELECT {columns} FROM ({select_nothing(TABLES[table])} UNION ALL BY NAME ({query})) "
            f"WHERE {dated}::VARCHAR SIMILAR TO '{period}.*') TO {quoted(str(path))} (FORMAT parquet, COMPRESSION lz4)"
        ).fetchall()
        return bool(rows[0][0])


def labels_of(year: int, days: list[date]) -> Iterator[str]:
    """The periods that a year is committed by: a closed year at once, the last one by month and, in December, day."""
    if year < LAST_YEAR:
        yield str(year)
        return
    yield from (f"{year}-{month:02d}" for month in range(1, 12))
    yield from (each.isoformat() for each in days if each.month == 12)


def commit(lake: Lake, year: Year, period: str) -> int:
    """Commit the rows of a period; how many filings."""
    with lake.begin(period) as ingest:
        ingest.filings |= year.accessions("NOT quarantined", period)
        ingest.quarantined |= year.accessions("quarantined", period)
        for day in year.days():
            if day.isoformat().startswith(period):
                ingest.days[day] = IndexDay(index_date=day, state="whole", forms=FORMS, read_at=datetime.now(UTC))
        # An ingest takes records; millions of them are made as columns instead, where it would have put theirs.
        for table, spool in ingest._spools.items():
            spool._written = year.write(table, period, spool._path)
        done = lake.commit(ingest, writer="bench")
    return done.filings_added if done else 0


def build(folder: Path, scale: float) -> Path:
    """The lake of a scale below `folder`, built if it is not there yet; a build that was cut short goes on."""
    root = folder / f"lake-{scale:g}"
    finished = root / "log" / "finished"
    if finished.exists():
        return root
    lake = Lake.open(root, create=True)
    generator = Generator(scale)
    done = {each.index_date for each in lake.coverage() if each.state == "whole"} if lake.snapshot().version else set()
    start = time.monotonic()
    for number in range(FIRST_YEAR, LAST_YEAR + 1):
        year = generator.year(number)
        filings = 0
        if number == LAST_YEAR:
            year.keep()
        for period in labels_of(number, year.days()):
            if not any(each.isoformat().startswith(period) for each in done):
                filings += commit(lake, year, period)
        year.engine.close()
        print(f"  {number}: {filings:,} filings, {time.monotonic() - start:,.0f} s", file=sys.stderr)
    finished.touch()
    return root


def clone(root: Path, name: str) -> Path:
    """The same lake once more, by hard links: files never change, so what happens to one is not seen by the other."""
    copy = root.with_name(f"{root.name}-{name}")
    shutil.rmtree(copy, ignore_errors=True)
    for source in root.rglob("*"):
        target = copy / source.relative_to(root)
        if source.is_dir():
            target.mkdir(parents=True, exist_ok=True)
        elif source.suffix in (".parquet", ".json"):
            target.parent.mkdir(parents=True, exist_ok=True)
            target.hardlink_to(source)
    return copy
