"""What a lake must hold by the harness's own ledger, and what plain DuckDB reads of it: without the product's code.

The log's entries are read as JSON, the Parquet files that they name by DuckDB, the raw archive by a reader of its own.
"""

import json
from collections import Counter
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime
from decimal import Decimal
from functools import cache
from hashlib import sha256
from pathlib import Path

import duckdb

from form4lake.commands.parse_files import rows_by_table
from form4lake.parsers import DOUBTFUL
from form4lake.tables import TABLES
from form4lake.tests.chaos.world import OF_FILINGS, Held, World

COMPARED = {name: [each.name for each in TABLES[name].columns] for name in OF_FILINGS} | {
    "quarantine": ["accession_number", "filing_date", "form_type"],
    "index_days": ["index_date", "state"],
    "index_entries": ["accession_number", "index_date", "form_type", "source_path", "delisted_at"],
    "datasets": ["quarter", "filings"],
}
"""The columns by which rows are told to be those that were committed; the rest is derived from them."""

Rows = Counter[tuple[str, str]]
"""Rows as text, each with its table."""
Ours = Callable[[dict[str, object]], bool]
"""Whether a row is one that a ledger answers for: where two machines write, each has a ledger."""


class Damage(Exception):
    """What is committed cannot be read."""


@dataclass
class RawLedger:
    """By accession number: the copy that was acknowledged last, and the latest whose append was begun."""

    kept: dict[str, int] = field(default_factory=dict)
    begun: dict[str, int] = field(default_factory=dict)

    def hear(self, told: Iterable[str]) -> bool:
        """Take in what a writer told until it ended; True if it told of a commit."""
        committed = False
        for line in told:
            word, *rest = line.split()
            if word in ("begun", "kept"):
                numbers = self.kept if word == "kept" else self.begun
                numbers[rest[0]] = max(int(rest[1]), numbers.get(rest[0], 0))
            committed = committed or word == "committed"
        return committed

    def wrongs(self, world: World, found: dict[str, bytes]) -> list[str]:
        """Where the archive's latest copies are not those that were acknowledged, or later ones that were begun."""
        wrong = [f"{number}: its archived copy is lost" for number in self.kept.keys() - found.keys()]
        for number, content in found.items():
            copies = range(self.kept.get(number, 0), self.begun.get(number, -1) + 1)
            if not any(content == world.copy(number, each) for each in copies):
                wrong.append(f"{number}: the archive's copy is none of {list(copies)}")
        return wrong


def expected(world: World, held: Held) -> Rows:
    """The rows of a ledger's state."""
    rows: Rows = Counter()
    for number, version in held.filings.items():
        rows.update(_filing(world, number, version, number in held.datasets))
    for number in held.quarantine:
        filing = world.archive.truth[number]
        row = {"accession_number": number, "filing_date": world.day_of[number], "form_type": filing.form_type}
        rows["quarantine", _text(row)] += 1
    for day in held.days:
        rows["index_days", _text({"index_date": day, "state": "whole"})] += 1
        for number in world.archive.accessions(day):
            entry = world.entry(number, day)
            row = {name: getattr(entry, name) for name in COMPARED["index_entries"] if name != "delisted_at"}
            rows["index_entries", _text(row)] += 1
    for quarter, filings in held.quarters:
        rows["datasets", _text({"quarter": quarter, "filings": filings})] += 1
    return rows


@cache
def _filing(world: World, number: str, version: int, dataset: bool) -> list[tuple[str, str]]:
    filing = replace(world.archive.truth[number], parser_version=version)
    if dataset:
        filing = replace(filing, source_format="dataset")
    return [(table, _text(row)) for table, rows in rows_by_table(filing).items() for row in rows]


def committed(root: Path, folder: str = "snapshots") -> dict[str, list[Path]]:
    """The files of each table that the log's entries add up to.

    Raises:
        Damage: an entry is missing or is not JSON, or a file is missing.
    """
    live: dict[str, str] = {}
    for version, entry in enumerate(sorted((root / "log").glob("[0-9]*[0-9].json")), start=1):
        try:
            content = json.loads(entry.read_bytes())
        except ValueError as error:
            raise Damage(f"{entry.name}: {error}") from error
        if content["version"] != version:
            raise Damage(f"the log has no entry {version}")
        live = {path: table for path, table in live.items() if path not in set(content["removed"])}
        live |= {each["path"]: each["table"] for each in content["added"]}
    found: dict[str, list[Path]] = {name: [] for name in COMPARED}
    for path, table in live.items():
        if not (root / folder / path).is_file():
            raise Damage(f"{path} is missing")
        found.setdefault(table, []).append(root / folder / path)
    return found


def globbed(root: Path) -> dict[str, list[Path]]:
    """The files of each table that a plain glob over `data/` finds."""
    return {name: sorted(root.glob(f"data/{name}/*/*.parquet")) for name in COMPARED}


def rows_in(files: dict[str, list[Path]], ours: Ours = lambda _: True) -> Rows:
    """The rows of files, as DuckDB reads them.

    Raises:
        Damage: one cannot be read.
    """
    rows: Rows = Counter()
    with duckdb.connect(config={"threads": 1}) as connection:
        for table, columns in COMPARED.items():
            if not files[table]:
                continue
            sql = f"SELECT {', '.join(columns)} FROM read_parquet($1, hive_partitioning = false)"
            try:
                answer = connection.execute(sql, [[str(each) for each in files[table]]]).fetchall()
            except duckdb.Error as error:
                raise Damage(f"{table}: {error}") from error
            for values in answer:
                row = dict(zip(columns, values, strict=True))
                if ours(row):
                    rows[table, _text(row)] += 1
    return rows


def unlike(found: Rows, allowed: list[Rows]) -> list[str]:
    """What rows differ from the nearest of those that may be there; nothing if one of them is there."""
    if found in allowed:
        return []
    nearest = min(allowed, key=lambda each: (found - each).total() + (each - found).total())
    lost, made_up = nearest - found, found - nearest
    return [
        f"{table}: {sum(count for (name, _), count in rows.items() if name == table)} rows {what}"
        for what, rows in (("lost", lost), ("that nobody committed", made_up))
        for table in sorted({name for name, _ in rows})
    ]


def untrue(world: World, files: dict[str, list[Path]]) -> tuple[list[str], set[str]]:
    """What rows of the filings in files are not the replica's truth, and which filings they are.

    The versions of the parser are taken as found; what it doubts is no part of the truth.
    """
    versions: dict[str, int] = {}
    if files["filings"]:
        with duckdb.connect(config={"threads": 1}) as connection:
            sql = "SELECT accession_number, parser_version FROM read_parquet($1, hive_partitioning = false)"
            try:
                versions = dict(connection.execute(sql, [[str(each) for each in files["filings"]]]).fetchall())
            except duckdb.Error as error:
                raise Damage(f"filings: {error}") from error
    filings = {name: files[name] if name in OF_FILINGS else [] for name in COMPARED}
    found = rows_in(filings, lambda row: not str(row.get("reason", "")).startswith(DOUBTFUL))
    return unlike(found, [expected(world, Held(versions))]), set(versions)


def raw_copies(root: Path, journals: Path | None = None) -> dict[str, bytes]:
    """The latest copy of each submission in a raw archive, its files in the order of their names."""
    folder = journals or root / "raw" / "journals"
    parts = [*root.glob("raw/year=*/*.parquet"), *folder.glob("*.journal")]
    found: dict[str, bytes] = {}
    with duckdb.connect(config={"threads": 1}) as connection:
        for part in sorted(parts, key=lambda path: path.stem):
            if part.suffix == ".journal":
                found.update(_records(part.read_bytes()))
            else:
                sql = "SELECT accession_number, content FROM read_parquet($1, hive_partitioning = false)"
                try:
                    found.update(connection.execute(sql, [str(part)]).fetchall())
                except duckdb.Error as error:
                    raise Damage(f"{part.name}: {error}") from error
    return found


def _records(rest: bytes) -> Iterator[tuple[str, bytes]]:
    """The whole records of a journal, up to one that a killed writer left half."""
    while b"\n" in rest:
        line, rest = rest.split(b"\n", 1)
        try:
            head = json.loads(line[9:])
        except ValueError:
            return
        content, rest = rest[: int(head["bytes"])], rest[int(head["bytes"]) :]
        if sha256(content).hexdigest() != head["content_sha256"]:
            return
        yield head["accession_number"], content


def _text(row: dict[str, object]) -> str:
    def plain(value: object) -> object:
        if isinstance(value, Decimal):
            return value.normalize()
        return value.astimezone(UTC) if isinstance(value, datetime) else value

    return str(sorted((name, str(plain(value))) for name, value in row.items() if value is not None))
