"""Closed months and years become one sorted file a table: the same rows, whatever happens meanwhile."""

import json
import subprocess
import sys
import textwrap
import threading
from concurrent.futures import ThreadPoolExecutor
from datetime import date
from pathlib import Path
from typing import Any

import pyarrow.parquet as pq
import pytest

from form4lake.storage import Lake, LakeDamaged, LakeFull
from form4lake.storage.errors import writing
from form4lake.storage.write.changes import Changes
from form4lake.storage.write.compaction import due
from form4lake.tables import TABLES
from form4lake.tests.builders.lakes import (
    contents,
    copy_of,
    everything,
    filing,
    full_filing,
    globbed,
    on_disk,
    quarantined,
    read,
    store,
    submission,
)

pytestmark = pytest.mark.flow

JANUARY = [date(2024, 1, 8), date(2024, 1, 9), date(2024, 1, 30)]
FEBRUARY = [date(2024, 2, 1), date(2024, 2, 2)]
CLOSED = date(2024, 2, 10)
"""A date before which January has ended, and neither February nor the year."""
NEXT_YEAR = date(2025, 1, 10)


@pytest.fixture
def root(tmp_path: Path) -> Path:
    return tmp_path / "lake"


@pytest.fixture(scope="module")
def template(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A lake of three days of January and two of February, issuers in no order."""
    root = tmp_path_factory.mktemp("template")
    lake = Lake.open(root, create=True)
    for number, day in enumerate([*JANUARY, *FEBRUARY]):
        store(lake, full_filing(f"full-{day}", day), filing(f"a-{day}", day, issuer_cik=9 - number), day=day)
    ingest = lake.begin(str(JANUARY[0]))
    ingest.add_quarantined(quarantined("q", JANUARY[0]), JANUARY[0])
    lake.commit(ingest, writer="test")
    return root


@pytest.fixture
def lake(template: Path, root: Path) -> Lake:
    copy_of(template, root)
    return Lake.open(root)


def periods(lake: Lake) -> list[str]:
    return sorted(lake.snapshot().periods)


@pytest.mark.parametrize(
    ("held", "before", "expected"),
    [
        (["2024-01-31"], date(2024, 1, 31), []),
        (["2024-01-31"], date(2024, 2, 1), ["2024-01"]),
        (["2024-01-30", "2024-01", "2024-02-28"], date(2024, 2, 29), ["2024-01"]),
        (["2024-01", "2024-02-28"], date(2024, 3, 1), ["2024-02"]),
        (["2023-12-29", "2023-11", "2024-01-02"], date(2024, 2, 1), ["2023", "2024-01"]),
        (["2023-12"], date(2023, 12, 31), []),
        (["2023-12"], date(2024, 1, 1), ["2023"]),
        (["2023", "2024-01"], date(2024, 12, 31), []),
    ],
)
def test_what_has_ended_before_the_date_is_due(held: list[str], before: date, expected: list[str]) -> None:
    assert due(held, before) == expected


def test_a_closed_month_becomes_one_file_a_table_with_the_same_rows(lake: Lake, root: Path) -> None:
    before, version = contents(lake), lake.snapshot().version
    (done,) = lake.compact(CLOSED)
    assert periods(lake) == ["2024-01", "2024-02-01", "2024-02-02"]
    assert contents(lake) == before == globbed(root)
    assert (done.period, done.version) == ("2024-01", version + 1)
    live = [each for each in lake.snapshot().live.values() if each.period == "2024-01"]
    assert (done.files_before, done.files_after) == (3 * 11 + 1, len(live)) == (34, 12)
    assert done.bytes_after == sum(each.bytes for each in live) < done.bytes_before
    for each in live:
        rows = pq.read_table(root / "data" / each.path).to_pylist()
        order = [
            (row["issuer_cik"], row["filing_date"], row["accession_number"]) for row in rows if "issuer_cik" in row
        ]
        assert order == sorted(order)
        assert len(rows) == each.rows
    entry = json.loads((root / "log" / f"{done.version:020d}.json").read_text())
    assert (entry["writer"], entry["summary"]["folded"]) == ("compact", "2024-01")
    assert entry["summary"]["filings_added"] == entry["summary"]["filings_replaced"] == 0


def test_a_second_compaction_is_no_commit_and_touches_no_file(lake: Lake, root: Path) -> None:
    lake.compact(CLOSED)
    before = on_disk(root)
    assert lake.compact(CLOSED) == []
    assert lake.compact_period("2024-01") is None
    assert on_disk(root) == before


def test_a_closed_year_takes_in_months_and_days(lake: Lake, root: Path) -> None:
    before = contents(lake)
    lake.compact(CLOSED)
    assert [each.period for each in lake.compact(NEXT_YEAR)] == ["2024"]
    assert periods(lake) == ["2024"]
    assert contents(lake) == before == globbed(root)
    assert lake.compact(NEXT_YEAR) == []


@pytest.mark.parametrize(("before", "destination"), [(CLOSED, "2024-01"), (NEXT_YEAR, "2024")])
def test_a_date_given_again_after_compaction_lands_in_the_compacted_file(
    lake: Lake, root: Path, before: date, destination: str
) -> None:
    lake.compact(before)
    day = JANUARY[1]
    expected = contents(lake)
    assert store(lake, full_filing(f"full-{day}", day), filing(f"a-{day}", day, issuer_cik=8), day=day) is None
    done = store(lake, filing(f"full-{day}", day, ticker="NEW"), filing(f"a-{day}", day), filing("late", day), day=day)
    assert done is not None
    assert (done.filings_added, done.filings_replaced) == (1, 2)
    assert destination in periods(lake)
    assert str(day) not in periods(lake)
    assert lake.compact(before) == []
    found = contents(lake)
    assert found == globbed(root)
    changed = {"late", f"full-{day}", f"a-{day}"}
    for name in set(TABLES) - {"index_days"}:
        assert [row for row in found[name] if row[0] not in changed] == [
            row for row in expected[name] if row[0] not in changed
        ], name
    assert read(lake, "SELECT count(*), count(DISTINCT accession_number) FROM filings") == [(11, 11)]
    assert {each.accession_number for each in lake.index_entries(day)} == changed
    assert [(each.expected, each.stored, each.missing) for each in lake.coverage(day, day)] == [(3, 3, 0)]


def test_the_quarantine_of_a_compacted_date_can_still_be_tried(lake: Lake) -> None:
    lake.compact(NEXT_YEAR)
    assert [(day, row.accession_number) for day, row in lake.all_quarantined()] == [(JANUARY[0], "q")]
    ingest = lake.begin(str(JANUARY[0]))
    ingest.add_filing(filing("q", JANUARY[0]), JANUARY[0])
    assert lake.commit(ingest, writer="retry") is not None
    assert lake.all_quarantined() == []
    assert periods(lake) == ["2024"]


def test_a_month_of_a_compacted_year_is_taken_into_it(lake: Lake, root: Path) -> None:
    lake.compact(NEXT_YEAR)
    ingest = lake.begin("2024-03")
    ingest.add_filing(filing("march", date(2024, 3, 4)), date(2024, 3, 4))
    lake.commit(ingest, writer="backfill")
    assert periods(lake) == ["2024"]
    assert lake.stored(["march", f"a-{FEBRUARY[0]}"]) == {"march", f"a-{FEBRUARY[0]}"}
    assert globbed(root) == contents(lake)


def test_retired_files_stay_for_readers_and_are_swept_without_a_commit(lake: Lake, root: Path) -> None:
    old = lake.snapshot()
    stray = root / "snapshots" / "filings" / "year=2024" / "2024-01-08.killed.parquet"
    stray.write_bytes(b"published by a writer that was killed before its log entry")
    with lake.connect() as reader:
        before = everything(reader)
        lake.compact(CLOSED)
        lake.compact(NEXT_YEAR)
        assert everything(reader) == before
    assert all(Path(each).exists() for name in TABLES for each in old.files(name))
    assert not stray.exists()
    version = lake.snapshot().version
    impatient = Lake.open(root, grace_seconds=0)
    assert impatient.compact(NEXT_YEAR) == []
    assert impatient.snapshot().version == version
    live = {path for name in TABLES for path in impatient.snapshot().files(name)}
    assert {str(path) for path in (root / "snapshots").rglob("*.parquet")} == live
    assert contents(impatient) == before


def interrupted(lake: Lake, monkeypatch: pytest.MonkeyPatch, meanwhile: Any) -> int:
    """Compact January with `meanwhile` happening before its first plan is published; how many plans it took."""
    plans = 0
    written = Changes.write

    def write(self: Changes, cursor: Any, table: Any, *given: Any) -> None:
        nonlocal plans
        written(self, cursor, table, *given)
        if table.name == "filings" and threading.current_thread() is threading.main_thread():
            plans += 1
            if plans == 1:
                with ThreadPoolExecutor(1) as pool:
                    pool.submit(meanwhile).result()

    with monkeypatch.context() as patch:
        patch.setattr(Changes, "write", write)
        assert [each.period for each in lake.compact(CLOSED)] == ["2024-01"]
    return plans


def test_a_commit_into_the_month_while_it_is_compacted_is_not_lost(
    lake: Lake, root: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    day = JANUARY[2]
    other = Lake.open(root)
    assert interrupted(lake, monkeypatch, lambda: store(other, filing("late", day), day=day)) == 2
    assert periods(lake) == ["2024-01", "2024-02-01", "2024-02-02"]
    assert lake.stored(["late", f"a-{day}"]) == {"late", f"a-{day}"}
    assert globbed(root) == contents(lake)


def test_a_commit_elsewhere_does_not_disturb_a_compaction(
    lake: Lake, root: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    day = date(2024, 2, 5)
    other = Lake.open(root)
    assert interrupted(lake, monkeypatch, lambda: store(other, filing("february", day), day=day)) == 1
    assert periods(lake) == ["2024-01", "2024-02-01", "2024-02-02", "2024-02-05"]
    assert "february" in lake.stored(["february"])
    assert globbed(root) == contents(lake)


def test_two_compactions_at_once_compact_once(lake: Lake, root: Path) -> None:
    before, version = contents(lake), lake.snapshot().version
    with ThreadPoolExecutor(2) as pool:
        done = list(pool.map(lambda _: Lake.open(root).compact(CLOSED), range(2)))
    assert sum(len(each) for each in done) == 1
    assert lake.snapshot().version == version + 1
    assert contents(lake) == before == globbed(root)


def test_writers_and_readers_go_on_while_everything_is_folded(root: Path) -> None:
    Lake.open(root, create=True)
    days = [date(2024, month, day) for month in (1, 2) for day in (2, 3)]

    def write(day: date) -> None:
        for number in range(2):
            store(Lake.open(root), filing(f"{day}-{number}", day), day=day)

    def look(_: int) -> list[int]:
        with Lake.open(root).connect() as reader:
            return [
                reader.sql(
                    "SELECT (SELECT count(*) FROM filings) - (SELECT count(*) FROM non_derivative_transactions)"
                ).fetchall()[0][0]
                for _ in range(3)
            ]

    def compact(_: int) -> None:
        Lake.open(root).compact(NEXT_YEAR)

    with ThreadPoolExecutor(4) as pool:
        wrote = [pool.submit(write, day) for day in days]
        looked = [pool.submit(look, number) for number in range(3)]
        compacted = [pool.submit(compact, number) for number in range(3)]
        for each in (*wrote, *compacted):
            each.result()
        assert [each.result() for each in looked] == [[0, 0, 0]] * 3
    lake = Lake.open(root)
    lake.compact(NEXT_YEAR)
    assert periods(lake) == ["2024"]
    assert lake.stored([f"{day}-{number}" for day in days for number in range(2)]) == {
        f"{day}-{number}" for day in days for number in range(2)
    }
    assert globbed(root) == contents(lake)


KILLED = """
    import os, signal, sys
    from datetime import date
    from form4lake.storage import Lake

    changes = ("os.link", "os.rename", "os.remove", "os.mkdir", "os.rmdir", "os.chmod", "open")
    count = 0

    def hook(event, arguments):
        global count
        if event in changes and {root!r} in str(arguments[0]) and not (event == "open" and arguments[1] in ("r", "rb")):
            count += 1
            if count == step:
                os.kill(os.getpid(), signal.SIGKILL)

    for step in range({first}, {last}, {stride}):
        child = os.fork()
        if child == 0:
            sys.addaudithook(hook)
            Lake.open({root!r} + f"/{{step}}", grace_seconds=0).compact(date(2024, 2, 10))
            os._exit(0)
        if os.waitpid(child, 0)[1] == 0:
            break
    print(step)
"""


def test_a_killed_compaction_loses_nothing_and_the_next_goes_on(lake: Lake, root: Path, tmp_path: Path) -> None:
    """SIGKILL before one in 53 calls that change a file."""
    before = contents(lake)
    lakes, first, last, stride = tmp_path / "lakes", 2, 600, 53
    for step in range(first, last, stride):
        copy_of(root, lakes / str(step))
    script = textwrap.dedent(KILLED).format(root=str(lakes), first=first, last=last, stride=stride)
    done = subprocess.run([sys.executable, "-c", script], capture_output=True, text=True, check=True)
    end = int(done.stdout)
    assert 100 < end < last - stride, "the copies made above do not reach the end of the compaction"
    outcomes = set()
    for step in range(first, end, stride):
        place = lakes / str(step)
        assert contents(Lake.open(place)) == before, f"torn after a kill at change {step}"
        outcomes.add(tuple(periods(Lake.open(place))))
        again = Lake.open(place, create=True, grace_seconds=0)
        again.compact(CLOSED)
        assert periods(again) == ["2024-01", "2024-02-01", "2024-02-02"]
        assert globbed(place) == before
        assert [each.name for each in (place / "staging").iterdir()] == []
    assert len(outcomes) == 2


def test_a_full_disk_leaves_the_lake_as_it_was(lake: Lake, monkeypatch: pytest.MonkeyPatch) -> None:
    before = contents(lake)

    def full(*_: Any, **__: Any) -> None:
        with writing(Path("some file")):
            raise OSError(28, "No space left on device")

    with monkeypatch.context() as patch:
        patch.setattr("form4lake.storage.arrow.pq.ParquetWriter", full)
        with pytest.raises(LakeFull, match="some file"):
            lake.compact(CLOSED)
    assert contents(lake) == before
    assert [each.period for each in lake.compact(CLOSED)] == ["2024-01"]


def test_a_file_with_other_rows_than_were_written_is_named_and_not_folded(lake: Lake, root: Path) -> None:
    file = lake.snapshot().entries("filings")[0]
    path = root / "snapshots" / file.path
    fewer = pq.read_table(path).slice(0, 1)
    path.unlink()
    pq.write_table(fewer, path)
    with pytest.raises(LakeDamaged, match=file.path):
        lake.compact(CLOSED)
    assert "2024-01" not in periods(lake)


def test_raw_files_stay_a_file_a_day(lake: Lake, root: Path) -> None:
    days = [JANUARY[0], JANUARY[0], JANUARY[1], FEBRUARY[1], FEBRUARY[1], date(2024, 2, 12), date(2024, 2, 12)]
    for number, day in enumerate(days):
        lake.raw.append([submission(str(number), str(number).encode(), index_date=day)])
    lake.compact(CLOSED)
    kept = sorted(path.name[:10] for path in (root / "raw").rglob("*.*"))
    assert kept == ["2024-01-08", "2024-01-09", "2024-02-02", "2024-02-12", "2024-02-12"], "a journal and its lock"
    assert {each.content for each in lake.raw.read(JANUARY[0], ["0", "1"])} == {b"0", b"1"}
