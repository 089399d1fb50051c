"""Races, full disks and damage: the last snapshot stays whole, the next writer needs no help. Kills: tests/chaos."""

import errno
import json
import os
import signal
import subprocess
import sys
import time
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from datetime import date
from pathlib import Path
from typing import Any

import duckdb
import pytest

from form4lake.storage import Lake, LakeDamaged, LakeFull, LakeUnwritable
from form4lake.storage.errors import writing
from form4lake.storage.files.local import LocalFiles
from form4lake.storage.read.engine import open_engine
from form4lake.storage.versions.log import CommitLog
from form4lake.storage.versions.snapshot import Snapshot
from form4lake.storage.write.changes import plan_changes
from form4lake.storage.write.commit import Committer
from form4lake.storage.write.ingest import Ingest
from form4lake.tests.builders.lakes import (
    MONDAY,
    TUESDAY,
    contents,
    copied_apart,
    entry,
    everything,
    filing,
    full_filing,
    globbed,
    index_day,
    store,
)

pytestmark = pytest.mark.flow


@pytest.fixture(scope="module")
def made(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A lake of one filing."""
    root = tmp_path_factory.mktemp("lakes") / "lake"
    store(Lake.open(root, create=True), full_filing("a"))
    return root


@pytest.fixture
def lake(made: Path, tmp_path: Path) -> Lake:
    """A copy of that lake."""
    return copied_apart(made, tmp_path / "lake")


REFUSALS = [("publish", errno.EROFS, LakeUnwritable), ("create", errno.EDQUOT, LakeFull)] + [
    (each, errno.ENOSPC, LakeFull) for each in ("sync", "repair_names", "stage")
]


@pytest.mark.parametrize(("method", "number", "kind"), REFUSALS)
def test_a_disk_that_refuses_is_named_and_the_next_try_succeeds(
    lake: Lake, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, method: str, number: int, kind: type[Exception]
) -> None:
    before = contents(lake)

    def refuse(*_: Any) -> None:
        raise OSError(number, os.strerror(number), "some file")

    calls = {"sync": "_sync", "publish": "os.link", "create": "_write"}
    with monkeypatch.context() as patch:
        if method in ("repair_names", "stage"):
            patch.setattr(LocalFiles, method, wrapped_refusal(number))
        else:
            real = getattr(LocalFiles, method)

            def failing(self: LocalFiles, *given: Any) -> Any:
                with monkeypatch.context() as inner:
                    inner.setattr(f"form4lake.storage.files.local.{calls[method]}", refuse)
                    return real(self, *given)

            patch.setattr(LocalFiles, method, failing)
        with pytest.raises(kind, match="some file"):
            store(lake, filing("b", TUESDAY), day=TUESDAY)
    found = contents(Lake.open(tmp_path / "lake"))
    assert found["filings"][:1] == before["filings"]
    store(lake, filing("b", TUESDAY), day=TUESDAY)
    assert lake.stored(["a", "b"]) == {"a", "b"}
    assert globbed(tmp_path / "lake") == contents(lake)


def wrapped_refusal(number: int = errno.ENOSPC) -> Callable[..., None]:
    """A refusal as the files layer translates it."""

    def failing(*_: Any) -> None:
        with writing(Path("some file")):
            raise OSError(number, os.strerror(number), "some file")

    return failing


def test_a_disk_full_after_the_commit_leaves_it_made(
    lake: Lake, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    with monkeypatch.context() as patch:
        patch.setattr("form4lake.storage.write.commit.publish_catalog", wrapped_refusal())
        with pytest.raises(LakeFull):
            store(lake, filing("b", TUESDAY), day=TUESDAY)
    assert lake.stored(["b"]) == {"b"}
    assert store(lake, filing("b", TUESDAY), day=TUESDAY) is None
    with duckdb.connect(tmp_path / "lake" / "catalog.duckdb", read_only=True) as connection:
        assert connection.sql("SELECT version FROM lake_snapshot").fetchall() == [(2,)]


def test_a_folder_that_cannot_be_made_is_named(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def refuse(*_: Any, **__: Any) -> None:
        raise PermissionError(errno.EACCES, os.strerror(errno.EACCES), "the folder")

    monkeypatch.setattr(Path, "mkdir", refuse)
    with pytest.raises(LakeUnwritable, match=r"cannot write the folder: Permission denied\. Give"):
        Lake.open(tmp_path / "lake", create=True)


def test_a_full_disk_while_rows_are_staged_is_named(lake: Lake, monkeypatch: pytest.MonkeyPatch) -> None:
    ingest = lake.begin("2024-01-09")

    def refuse(*_: Any, **__: Any) -> None:
        raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC))

    monkeypatch.setattr("form4lake.storage.write.ingest.pq.ParquetWriter", refuse)
    ingest.add_filing(filing("b", TUESDAY), TUESDAY)
    with pytest.raises(LakeFull, match="make room"):
        lake.commit(ingest, writer="test")


def test_a_reader_keeps_its_snapshot_while_files_are_replaced(tmp_path: Path) -> None:
    root = tmp_path / "lake"
    lake = Lake.open(root, create=True)
    store(lake, full_filing("a"))
    old = lake.snapshot()
    with lake.connect() as reader:
        before = everything(reader)
        store(lake, filing("a", ticker="NEW"), filing("b"), period="2024-01")
        assert everything(reader) == before
        with lake.connect() as fresh:
            assert fresh.sql("SELECT version FROM lake_snapshot").fetchall() == [(2,)]
            assert fresh.sql("SELECT count(*) FROM filings").fetchall() == [(2,)]
    assert all(Path(each).exists() for each in old.files("filings"))
    # Once the time of grace is over, the next writer sweeps.
    later = Lake.open(root, create=True, grace_seconds=0)
    assert not any(Path(each).exists() for each in old.files("filings"))
    assert later.stored(["a", "b"]) == {"a", "b"}


def test_writers_that_race_all_land(tmp_path: Path) -> None:
    root = tmp_path / "lake"
    Lake.open(root, create=True)

    def write(number: int) -> None:
        lake = Lake.open(root)
        day = date(2024, 1, 8 + number % 2)
        ingest = lake.begin(day.isoformat())
        ingest.add_filing(filing(f"own-{number}", day), day)
        ingest.add_filing(filing("common", day, ticker=str(number)), day)
        lake.commit(ingest, writer="race")

    with ThreadPoolExecutor(4) as pool:
        list(pool.map(write, range(6)))
    lake = Lake.open(root)
    assert lake.snapshot().version == 6
    found = contents(lake)
    assert sorted(row[0] for row in found["filings"]) == sorted(["common", *(f"own-{each}" for each in range(6))])
    assert len(found["non_derivative_transactions"]) == 7
    assert globbed(root) == found


def test_a_plan_that_another_commit_overtook_is_made_again(
    lake: Lake, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    plans: list[int] = []

    def overtaken(cursor: duckdb.DuckDBPyConnection, snapshot: Snapshot, ingest: Ingest) -> Any:
        plans.append(snapshot.version)
        changes = plan_changes(cursor, snapshot, ingest)
        if len(plans) == 1:
            store(Lake.open(tmp_path / "lake"), filing("theirs"))
        return changes

    monkeypatch.setattr("form4lake.storage.write.commit.plan_changes", overtaken)
    store(lake, filing("ours"))
    assert plans == [1, 1, 2]
    assert lake.stored(["theirs", "ours"]) == {"theirs", "ours"}


def test_a_commit_is_one_entry_with_all_its_tables(lake: Lake, tmp_path: Path) -> None:
    store(lake, full_filing("b", TUESDAY), day=TUESDAY)
    assert lake.snapshot().version == 2
    content = json.loads((tmp_path / "lake" / "log" / f"{2:020d}.json").read_text())
    assert len(content["added"]) > 8


def test_a_writer_throws_nothing_away_that_a_lost_entry_names(lake: Lake, tmp_path: Path) -> None:
    store(lake, filing("b", TUESDAY), day=TUESDAY)
    entry_file = tmp_path / "lake" / "log" / f"{2:020d}.json"
    content = entry_file.read_bytes()
    entry_file.unlink()
    with pytest.raises(LakeDamaged, match="it is missing"):
        Committer(lake._files, CommitLog(lake._files), lake._engine, 0).sweep()
    entry_file.write_bytes(content)
    assert Lake.open(tmp_path / "lake").verify().violations == []


def test_threads_of_one_lake_commit_side_by_side(lake: Lake) -> None:
    def write(day: int) -> None:
        store(lake, filing(f"day-{day}", date(2024, 2, day)), day=date(2024, 2, day))

    with ThreadPoolExecutor(3) as pool:
        list(pool.map(write, range(1, 4)))
    assert lake.stored(["day-1", "day-2", "day-3"]) == {"day-1", "day-2", "day-3"}


def test_a_sweep_leaves_a_living_writer_alone(lake: Lake, tmp_path: Path) -> None:
    living = lake.begin("2024-01-09")
    living.add_filing(filing("b", TUESDAY), TUESDAY)
    dead = tmp_path / "lake" / "staging" / "20200101T000000-00000000"
    dead.mkdir()
    (dead / "left.parquet").write_bytes(b"x")
    dead.with_suffix(".lock").touch()
    other = Lake.open(tmp_path / "lake", create=True)
    store(other, filing("c"), full_filing("a"))
    assert not dead.exists()
    living.add_day(index_day(TUESDAY), [entry("b", TUESDAY)])
    assert lake.commit(living, writer="test") is not None
    assert lake.stored(["a", "b", "c"]) == {"a", "b", "c"}


def test_checkpoints_shorten_the_reading_and_say_the_same(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("form4lake.storage.versions.log.CHECKPOINT_EVERY", 2)
    root = tmp_path / "lake"
    lake = Lake.open(root, create=True)
    for number in range(3):
        store(lake, filing(f"a{number}"), day=MONDAY)
    found = contents(lake)
    assert [each.name[18:] for each in sorted((root / "log").glob("*.json"))] == [
        "01.json",
        "02.checkpoint.json",
        "02.json",
        "03.json",
    ]
    (root / "log" / f"{1:020d}.json").unlink()
    assert contents(Lake.open(root)) == found


@pytest.mark.parametrize("content", ["{", "[]", '{"version": 2}', "[" * 100_000])
def test_a_broken_entry_is_named(lake: Lake, tmp_path: Path, content: str) -> None:
    (tmp_path / "lake" / "log" / f"{2:020d}.json").write_text(content)
    with pytest.raises(LakeDamaged, match=f"{2:020d}.json"):
        Lake.open(tmp_path / "lake").snapshot()


@pytest.mark.parametrize("number", [1, 2])
def test_an_entry_or_checkpoint_that_says_something_else_than_was_written_is_named(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, number: int
) -> None:
    monkeypatch.setattr("form4lake.storage.versions.log.CHECKPOINT_EVERY", 2)
    root = tmp_path / "lake"
    lake = Lake.open(root, create=True)
    store(lake, filing("a"))
    store(lake, filing("b"), day=TUESDAY)
    path = root / "log" / f"{number:020d}{'.checkpoint' * (number == 2)}.json"
    content = json.loads(path.read_text())
    files = content["added"] if number == 1 else content["live"]
    files[0]["rows"] += 1
    path.chmod(0o644)
    path.write_text(json.dumps(content))
    assert path.name in {Path(each.where).name for each in Lake.open(root).verify().violations}


def test_a_missing_entry_is_named(lake: Lake, tmp_path: Path) -> None:
    log = tmp_path / "lake" / "log"
    (log / f"{1:020d}.json").rename(log / f"{2:020d}.json")
    with pytest.raises(LakeDamaged, match=f"{1:020d}.json: it is missing, though later entries exist"):
        Lake.open(tmp_path / "lake").snapshot()


def test_the_log_tells_what_each_commit_did(lake: Lake, tmp_path: Path) -> None:
    content = json.loads((tmp_path / "lake" / "log" / f"{1:020d}.json").read_text())
    assert (content["version"], content["writer"]) == (1, "test")
    assert content["summary"]["filings_added"] == 1
    assert content["summary"]["index_dates"] == ["2024-01-08"]
    assert {each["table"] for each in content["added"]} > {"filings", "footnotes", "index_days"}
    assert all(len(each["sha256"]) == 64 and each["rows"] == 1 for each in content["added"])


def test_a_killed_process_frees_its_locks(tmp_path: Path) -> None:
    root = tmp_path / "lake"
    lake = Lake.open(root, create=True)
    script = (
        f"from form4lake.storage import Lake\nlake = Lake.open({str(root)!r})\ningest = lake.begin('2024-01-08')\n"
        "with lake._files.publishing():\n    print('held', flush=True)\n    input()\n"
    )
    with subprocess.Popen([sys.executable, "-c", script], stdin=subprocess.PIPE, stdout=subprocess.PIPE) as process:
        assert process.stdout is not None
        assert process.stdout.readline() == b"held\n"
        process.send_signal(signal.SIGKILL)
    store(lake, filing("a"))
    Lake.open(root, create=True)
    assert list((root / "staging").iterdir()) == []


def test_what_a_killed_process_spilled_goes(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("form4lake.storage.read.engine.temporary_folder", lambda: tmp_path)
    with subprocess.Popen([sys.executable, "-c", ""]) as dead:
        pass
    for name in (f"{dead.pid}-0", f"{os.getppid()}-0", "notes"):
        folder = tmp_path / f"form4lake-spill-{name}"
        folder.mkdir()
        (folder / "duckdb_temp_storage-0.tmp").write_bytes(b"x")
        os.utime(folder, (time.time() - 7200,) * 2)
    open_engine().close()
    assert {each.name for each in tmp_path.iterdir()} == {f"form4lake-spill-{os.getppid()}-0", "form4lake-spill-notes"}


def test_a_lake_that_was_closed_answers_again(lake: Lake) -> None:
    with lake:
        assert lake.stored(["a"]) == {"a"}
    lake.close()
    assert lake.stored(["a"]) == {"a"}
    assert store(lake, filing("b", TUESDAY), day=TUESDAY) is not None
