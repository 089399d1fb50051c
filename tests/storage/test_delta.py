"""Delta logs: other engines read exactly the rows of one version of the lake, whatever happens beside them."""

import json
import subprocess
import sys
import textwrap
from datetime import date
from pathlib import Path
from typing import Any

import deltalake
import duckdb
import polars as pl
import pyarrow as pa
import pytest

from form4lake.storage import DeltaTable, Lake, PublicationFailed
from form4lake.storage.files.bucket import ObjectFiles
from form4lake.storage.files.place import files_at
from form4lake.storage.sharing.delta import APP, LAKE_VERSION, DeltaLogs
from form4lake.tables import TABLES
from form4lake.tests.builders.lakes import (
    MONDAY,
    TUESDAY,
    copied_apart,
    entry,
    filing,
    full_filing,
    index_day,
    quarantined,
    store,
)

pytestmark = pytest.mark.flow


def live_through(lake: Lake) -> None:
    """Days of two years, a replaced filing, quarantine, a compacted month."""
    store(lake, full_filing("0000000001-24-000001"), filing("0000000001-24-000002", ticker=None))
    store(lake, filing("0000000001-24-000003", TUESDAY), day=TUESDAY)
    ingest = lake.begin("2024-01-10")
    ingest.add_quarantined(quarantined("0000000001-24-000009"), date(2024, 1, 10))
    ingest.add_day(index_day(date(2024, 1, 10)), [entry("0000000001-24-000009", date(2024, 1, 10))])
    lake.commit(ingest, writer="test")
    store(lake, filing("0000000001-23-000001", date(2023, 12, 4)), day=date(2023, 12, 4))


def ordered(connection: duckdb.DuckDBPyConnection, source: str, table: str) -> list[tuple[Any, ...]]:
    columns = ", ".join(each.name for each in TABLES[table].stored)
    connection.execute("SET TimeZone = 'UTC'")
    return connection.sql(f"SELECT {columns} FROM {source} ORDER BY ALL").fetchall()


def from_delta(rows: pa.Table, table: str) -> list[tuple[Any, ...]]:
    with duckdb.connect() as connection:
        connection.register("rows", rows)
        return ordered(connection, "rows", table)


def same(lake: Lake, published: list[DeltaTable]) -> None:
    """Both readers see the lake's rows, with its types."""
    assert {each.name for each in published} == TABLES.keys()
    options = files_at(lake.snapshot().place.location).storage_options()
    with lake.connect() as connection:
        rows = {name: ordered(connection, f"lake_files.{name}", name) for name in TABLES}
    for each in published:
        wanted = rows[each.name]
        table = deltalake.DeltaTable(each.address, storage_options=options)
        assert from_delta(pa.table(table.scan()), each.name) == wanted, each.name
        assert from_delta(pl.read_delta(each.address, storage_options=options).to_arrow(), each.name) == wanted
        assert table.transaction_version(APP) == table.history(1)[0][LAKE_VERSION] == lake.snapshot().version


@pytest.fixture
def lake(tmp_path: Path) -> Lake:
    return Lake.open(tmp_path / "lake", create=True, grace_seconds=0)


@pytest.fixture(scope="module")
def made(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A lake that lived through it, to be copied."""
    root = tmp_path_factory.mktemp("lived") / "lake"
    with Lake.open(root, create=True) as lake:
        live_through(lake)
    return root


@pytest.fixture
def lived(made: Path, tmp_path: Path) -> Lake:
    """A copy of it."""
    copied_apart(made, tmp_path / "lake").close()
    return Lake.open(tmp_path / "lake", create=True, grace_seconds=0)


def test_readers_of_delta_see_the_rows_of_each_version(lake: Lake) -> None:
    same(lake, lake.publish_delta())  # without a row
    live_through(lake)
    published = lake.publish_delta()
    same(lake, published)
    assert {each.delta_version for each in published} == {1}
    assert lake.compact_period("2024-01")
    published = lake.publish_delta()
    same(lake, published)
    filings = next(each for each in published if each.name == "filings")
    assert (filings.delta_version, filings.added, filings.removed) == (2, 1, 2)
    assert {(each.delta_version, each.added) for each in lake.publish_delta()} == {(2, 0)}
    assert lake.verify().violations == []


def test_types_and_partitions_are_those_of_the_lake(lived: Lake) -> None:
    bought = next(each for each in lived.publish_delta() if each.name == "non_derivative_transactions")
    table = deltalake.DeltaTable(bought.address)
    types = {each.name: each.type for each in table.schema().fields}
    assert types["transaction_price_per_share"] == deltalake.schema.PrimitiveType("decimal(20,4)")
    assert types["transaction_date"] == deltalake.schema.PrimitiveType("date")
    assert table.metadata().partition_columns == ["year"]
    assert pl.scan_delta(bought.address).filter(pl.col("year") == 2023).collect().height == 1


def test_statistics_are_those_of_the_rows(lived: Lake) -> None:
    filings = next(each for each in lived.publish_delta() if each.name == "filings")
    rows = pa.table(deltalake.DeltaTable(filings.address).get_add_actions(flatten=True)).to_pylist()
    found = {each["path"].split("/")[1][:10]: each for each in rows}
    monday = found[MONDAY.isoformat()]
    assert (monday["num_records"], monday["min.filing_date"], monday["max.issuer_cik"]) == (2, MONDAY, 5)
    assert (monday["null_count.filing_date"], monday["null_count.period_of_report"]) == (0, 0)
    nowhere = next(each for each in rows[0] if each.startswith("null_count.") and monday[each] == 2)
    assert monday[nowhere.replace("null_count", "min")] is None


def test_a_publication_heals_what_a_killed_one_left(lived: Lake) -> None:
    """Killed between the commit and the publication, and between two tables."""
    lived.publish_delta()
    store(lived, filing("0000000001-24-000004", TUESDAY), day=TUESDAY)
    script = f"""
        import os
        from form4lake.storage import Lake
        from form4lake.storage.sharing import delta

        delta.TABLES_AT_ONCE = 1
        commit, done = delta.DeltaLogs._commit, []

        def killed(self, *given):
            if len(done) == 3:
                os._exit(9)
            done.append(commit(self, *given))
            return done[-1]

        delta.DeltaLogs._commit = killed
        Lake.open({str(lived.snapshot().place.location)!r}).publish_delta()
    """
    assert subprocess.run([sys.executable, "-c", textwrap.dedent(script)], check=False).returncode == 9
    published = lived.publish_delta()
    assert {each.delta_version for each in published} == {1}
    same(lived, published)


def test_of_two_publications_the_later_version_stays(lived: Lake, monkeypatch: pytest.MonkeyPatch) -> None:
    """One that read the Delta log before the other's commit is refused, reads again and leaves it as it is."""
    lake = Lake.open(lived.snapshot().place.location, create=True)
    lake.publish_delta()
    store(lake, filing("0000000001-24-000004", TUESDAY), day=TUESDAY)
    older = lake.snapshot()
    logs, commit, overtaken = DeltaLogs(older.place), DeltaLogs._commit, []

    def late(self: DeltaLogs, *given: Any) -> DeltaTable:
        if self is logs and not overtaken:
            overtaken.append(given[1])
            store(lake, filing("0000000001-24-000005", TUESDAY), day=TUESDAY)
            lake.publish_delta()
        return commit(self, *given)

    monkeypatch.setattr(DeltaLogs, "_commit", late)
    monkeypatch.setattr("form4lake.storage.sharing.delta.TABLES_AT_ONCE", 1)
    published = logs.publish(older)
    assert len(overtaken) == 1
    assert {each.added for each in published} == {0}
    same(lake, published)


def test_readers_beside_a_writer_see_one_version(lived: Lake) -> None:
    """A writer that commits and publishes: what a reader of Delta loads is a version that the lake has had."""
    lived.publish_delta()
    script = f"""
        import sys
        from form4lake.storage import Lake
        from form4lake.tests.builders.lakes import TUESDAY, filing, store

        lake = Lake.open({str(lived.snapshot().place.location)!r}, create=True)
        lake.after_commit = lake.publish_delta
        for number in range(100, 112):
            named = [f"0000000001-24-{{each:06}}" for each in range(100, number + 1)]
            store(lake, *(filing(each, TUESDAY) for each in named), day=TUESDAY)
    """
    address = f"{lived.snapshot().place.location}/snapshots/filings"
    seen = set()
    with subprocess.Popen([sys.executable, "-c", textwrap.dedent(script)]) as writer:
        while writer.poll() is None:
            table = deltalake.DeltaTable(address)
            numbers = sorted(pl.read_delta(table)["accession_number"])
            new = [each for each in numbers if "-24-0001" in each]
            assert new == [f"0000000001-24-{each:06}" for each in range(100, 100 + len(new))]
            seen.add((table.transaction_version(APP), len(numbers)))
    assert writer.returncode == 0
    assert len({version for version, _ in seen}) == len(seen) > 2
    same(lived, lived.publish_delta())


def test_a_checkpoint_and_the_log_are_no_files_of_the_lake(lived: Lake) -> None:
    address = Path(next(each.address for each in lived.publish_delta() if each.name == "filings"))
    deltalake.DeltaTable(address).create_checkpoint()
    before = sorted(each.name for each in (address / "_delta_log").iterdir())
    assert any(each.endswith(".checkpoint.parquet") for each in before)
    assert lived.compact_period("2024-01")
    lived.tidy(date(2025, 1, 1))
    assert sorted(each.name for each in (address / "_delta_log").iterdir()) == before
    found = lived.verify()
    assert found.violations == []
    lived.repair(found.violations)
    same(lived, lived.publish_delta())


def test_columns_of_a_later_program_are_added(lived: Lake, monkeypatch: pytest.MonkeyPatch) -> None:
    from form4lake.storage.sharing import delta

    lacking = TABLES["filings"].stored[-1].name
    schema = delta._schema
    older = deltalake.Schema([each for each in schema("filings").fields if each.name != lacking])
    with monkeypatch.context() as patched:
        patched.setattr(delta, "_schema", lambda name: older if name == "filings" else schema(name))
        lived.publish_delta()
    store(lived, filing("0000000001-24-000004", TUESDAY), day=TUESDAY)
    same(lived, lived.publish_delta())


def test_a_damaged_delta_log_is_said_and_can_be_made_again(lived: Lake) -> None:
    log = Path(next(each.address for each in lived.publish_delta() if each.name == "filings"), "_delta_log")
    (log / "00000000000000000000.json").write_text("{")
    with pytest.raises(PublicationFailed, match=r"filings.*remove the folder _delta_log"):
        lived.publish_delta()
    (log / "00000000000000000000.json").unlink()
    log.rmdir()
    same(lived, lived.publish_delta())


def test_the_same_in_a_bucket(object_lake: str) -> None:
    lake = Lake.open(object_lake, create=True, grace_seconds=0)
    live_through(lake)
    same(lake, lake.publish_delta())
    assert lake.compact_period("2024-01")
    published = lake.publish_delta()
    same(lake, published)
    files = files_at(object_lake)
    assert isinstance(files, ObjectFiles)
    address = next(each.address for each in published if each.name == "filings")
    deltalake.DeltaTable(address, storage_options=files.storage_options()).create_checkpoint()
    assert not [each for each in files.names("data") if "_delta_log" in each]
    assert lake.verify().violations == []
    assert json.loads(files.read("data/filings/_delta_log/00000000000000000001.json").splitlines()[0])


def test_without_the_package_it_says_what_to_install(lake: Lake, monkeypatch: pytest.MonkeyPatch) -> None:
    from form4lake.storage.sharing import delta

    monkeypatch.setattr(delta, "find_spec", lambda _: None)
    with pytest.raises(PublicationFailed, match=r"pip install 'form4lake\[delta\]'"):
        lake.publish_delta()
