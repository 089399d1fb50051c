"""When the lake had each filing first, and days that are open."""

from datetime import UTC, datetime, timedelta
from pathlib import Path

from form4lake.storage import Lake
from form4lake.tests.builders.lakes import FORMS, MONDAY, entry, filing, index_day, read, store

SEEN = "SELECT accession_number, first_seen_in FROM first_seen ORDER BY ALL"


def commit_open(lake: Lake, *accessions: str) -> None:
    with lake.begin(MONDAY.isoformat()) as ingest:
        for each in accessions:
            ingest.add_filing(filing(each), MONDAY)
        ingest.add_day(index_day(state="open"), [entry(each) for each in accessions])
        lake.commit(ingest, writer="watch")


def test_a_filing_keeps_when_it_was_seen_first_through_replacement_and_compaction(tmp_path: Path) -> None:
    began = datetime.now(UTC)
    with Lake.open(tmp_path / "lake", create=True) as lake:
        store(lake, filing("a"))
        store(lake, filing("a", remarks="corrected"), filing("b"))
        assert read(lake, SEEN) == [("a", 1), ("b", 2)]
        times = read(lake, "SELECT first_seen_at FROM first_seen ORDER BY first_seen_in")
        assert began < times[0][0] < times[1][0] < datetime.now(UTC) + timedelta(seconds=1)
        assert lake.compact_period("2024-01")
        assert read(lake, SEEN) == [("a", 1), ("b", 2)]
        version = lake.snapshot().version
        store(lake, filing("a", remarks="corrected"), filing("b"))
        assert lake.snapshot().version == version, "what is there already makes no commit"


def test_a_filing_of_a_file_from_before_keeps_that_nothing_is_known(tmp_path: Path) -> None:
    with Lake.open(tmp_path / "lake", create=True) as lake:
        store(lake, filing("a"))
        with lake._engine.cursor() as cursor:
            (path,) = lake.snapshot().files("filings")
            cursor.execute(
                f"COPY (SELECT * REPLACE (NULL::TIMESTAMPTZ AS first_seen_at, NULL::INTEGER AS first_seen_in) FROM "
                f"read_parquet('{path}')) TO '{path}.older' (FORMAT parquet)"
            )
        Path(f"{path}.older").replace(path)
        store(lake, filing("a", remarks="corrected"))
        assert read(lake, SEEN) == [("a", None)]


def test_an_open_day_is_a_business_day_that_grows_until_its_index_completes_it(tmp_path: Path) -> None:
    with Lake.open(tmp_path / "lake", create=True) as lake:
        commit_open(lake, "a")
        commit_open(lake, "b")
        assert read(lake, f"SELECT is_business_day FROM business_days WHERE day = '{MONDAY}'") == [(True,)]
        assert read(lake, "SELECT state, forms, expected, stored, missing FROM coverage LIMIT 1") == [
            ("open", FORMS, 2, 2, 0)
        ]
        assert lake.arrivals(MONDAY) == {}, "its index has not come"
        store(lake, filing("c"))
        assert read(lake, "SELECT state, expected, stored, missing FROM coverage LIMIT 1") == [("whole", 1, 1, 0)]
        assert read(lake, SEEN) == [("a", 1), ("b", 2), ("c", 3)]
        withdrawn = read(lake, "SELECT accession_number FROM withdrawn_filings ORDER BY ALL")
        assert withdrawn == [("a",), ("b",)], "what the index does not list, EDGAR has taken back"
        assert len(lake.snapshot().entries("filings")) == 1, "the day's file was rewritten"


def test_the_feed_says_nothing_of_a_day_whose_index_was_read_meanwhile(tmp_path: Path) -> None:
    with Lake.open(tmp_path / "lake", create=True) as lake:
        store(lake, filing("a"))
        commit_open(lake, "b")
        assert read(lake, "SELECT state, expected, missing FROM coverage LIMIT 1") == [("whole", 1, 0)]
        assert read(lake, "SELECT accession_number FROM filings ORDER BY ALL") == [("a",), ("b",)]


def test_as_of_a_moment_it_has_what_was_public_then(tmp_path: Path) -> None:
    with Lake.open(tmp_path / "lake", create=True) as lake:
        accepted = datetime(2024, 1, 8, 21, 30, tzinfo=UTC)
        store(lake, filing("a", accepted_at=accepted), filing("b", accepted_at=accepted + timedelta(hours=1)))
        with lake.connect() as connection:
            connection.execute(f"SET VARIABLE as_of = TIMESTAMPTZ '{accepted}'")
            found = connection.sql("SELECT accession_number FROM first_seen").fetchall()
        assert found == [("a",)]
