"""The archive of submissions as fetched."""

import errno
import os
import subprocess
import sys
import textwrap
import time
from datetime import UTC, datetime
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from form4lake.storage import Lake, LakeDamaged, LakeFull
from form4lake.storage.files.local import LocalFiles
from form4lake.storage.raw import RawArchive
from form4lake.tests.builders.lakes import MONDAY, TUESDAY, submission


@pytest.fixture
def lake(tmp_path: Path) -> Lake:
    return Lake.open(tmp_path / "lake", create=True)


def test_what_goes_in_comes_out_byte_for_byte(lake: Lake, tmp_path: Path) -> None:
    given = [submission(str(number), os.urandom(1000)) for number in range(50)]
    lake.raw.append(given)
    assert lake.raw.held(MONDAY) == {each.accession_number for each in given}
    assert lake.raw.held(TUESDAY) == set()
    assert sorted(lake.raw.read(MONDAY, ["7", "3", "other"]), key=lambda each: each.accession_number) == [
        given[3],
        given[7],
    ]
    assert list(lake.raw.read(MONDAY, [])) == []
    lake.raw.compact_period(MONDAY)
    assert [each.parent.name for each in (tmp_path / "lake" / "raw").rglob("*.*")] == ["year=2024"]
    assert list(lake.raw.read(MONDAY, ["3"])) == [given[3]]


def test_the_latest_copy_counts_and_dates_are_kept_apart(lake: Lake) -> None:
    lake.raw.append([submission("a", b"old"), submission("a", b"older in the same call"), submission("b", b"b")])
    lake.raw.append([submission("a", b"new"), submission("a", b"other day", index_date=TUESDAY)])
    assert {each.content for each in lake.raw.read(MONDAY, ["a", "b"])} == {b"new", b"b"}
    assert [each.content for each in lake.raw.read(TUESDAY, ["a"])] == [b"other day"]
    lake.raw.append([])


def test_large_days_are_read_in_groups(lake: Lake, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("form4lake.storage.raw.parquet._GROUP_BYTES", 5_000)
    lake.raw.append([submission(str(number), bytes(1000)) for number in range(23)])
    lake.raw.compact_period(MONDAY)
    (path,) = (tmp_path / "lake" / "raw").rglob("*.parquet")
    assert pq.ParquetFile(path).num_row_groups == 5
    assert [each.accession_number for each in lake.raw.read(MONDAY, ["22", "0"])] == ["0", "22"]


def test_a_content_that_is_not_what_was_stored_is_named(lake: Lake, tmp_path: Path) -> None:
    lake.raw.append([submission("a")])
    lake.raw.compact_period(MONDAY)
    (path,) = (tmp_path / "lake" / "raw").rglob("*.parquet")
    table = pq.read_table(path)
    place = table.column_names.index("content")
    pq.write_table(table.set_column(place, table.schema.field(place), pa.array([b"forged"])), path)
    with pytest.raises(LakeDamaged, match="the content of a is not what was stored"):
        list(lake.raw.read(MONDAY, ["a"]))
    path.write_bytes(path.read_bytes()[:100])
    with pytest.raises(LakeDamaged, match="raw archive is damaged"):
        lake.raw.held(MONDAY)


def test_a_full_disk_leaves_no_half_file(lake: Lake, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def refuse(*_: Any) -> None:
        raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC))

    with monkeypatch.context() as patch:
        patch.setattr("form4lake.storage.files.local._sync", refuse)
        lake.raw.append([submission("a")])
        with pytest.raises(LakeFull):
            lake.raw.compact_period(MONDAY)
    assert list((tmp_path / "lake" / "raw").rglob("*.parquet")) == []
    assert list((tmp_path / "lake" / "staging").iterdir()) == []
    lake.raw.append([submission("b", fetched_at=datetime(2024, 1, 9, tzinfo=UTC))])
    lake.raw.compact_period(MONDAY)
    assert lake.raw.held(MONDAY) == {"a", "b"}


@pytest.mark.parametrize("room", [60, 500])
def test_a_disk_that_fills_in_the_middle_of_a_submission_spoils_no_other(
    lake: Lake, monkeypatch: pytest.MonkeyPatch, room: int
) -> None:
    lake.raw.append([submission("a", b"a")])
    write, left = os.write, [room]

    def filling(file: int, content: bytes) -> int:
        if not left[0]:
            raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC))
        written = write(file, content[: left[0]])
        left[0] -= written
        return written

    with monkeypatch.context() as patch:
        patch.setattr(os, "write", filling)
        with pytest.raises(LakeFull):
            lake.raw.append([submission("b", bytes(1000))])
    lake.raw.append([submission("c", b"c")])
    assert lake.raw.held(MONDAY) == {"a", "c"}
    lake.raw.compact_period(MONDAY)
    assert lake.raw.held(MONDAY) == {"a", "c"}


def test_compaction_a_date_keeps_the_latest_copies_in_one_file(lake: Lake, tmp_path: Path) -> None:
    lake.raw.append([submission("a", b"old"), submission("b", b"b")])
    lake.raw.append([submission("a", b"new"), submission("c", b"c", index_date=TUESDAY)])
    for day in (MONDAY, MONDAY, TUESDAY):
        lake.raw.compact_period(day)
    files = sorted(path.name[:10] for path in (tmp_path / "lake" / "raw").rglob("*.parquet"))
    assert files == [str(MONDAY), str(TUESDAY)]
    assert {each.accession_number: each.content for each in lake.raw.read(MONDAY, ["a", "b"])} == {
        "a": b"new",
        "b": b"b",
    }
    assert list((tmp_path / "lake" / "staging").iterdir()) == []


def test_compaction_disturbs_no_reader(lake: Lake) -> None:
    names = [str(number) for number in range(6)]
    for name in names:
        lake.raw.append([submission(name, name.encode())])
        if int(name) % 2:
            lake.raw.close()
    reading = lake.raw.read(MONDAY, names)
    found = [next(reading)]
    lake.raw.compact_period(MONDAY)
    found += reading
    assert sorted(each.content.decode() for each in found) == names


@pytest.mark.parametrize("between", ["journals", "files"])
def test_a_clock_that_is_set_back_brings_no_old_copy_back(
    lake: Lake, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, between: str
) -> None:
    later, earlier = datetime(2024, 1, 9, 12, tzinfo=UTC), datetime(2024, 1, 9, 11, tzinfo=UTC)
    for content, now in ((b"old", later), (b"new", earlier)):
        monkeypatch.setattr("form4lake.storage.files.staging.datetime", SimpleNamespace(now=lambda _, now=now: now))
        with Lake.open(tmp_path / "lake", create=True) as another:
            another.raw.append([submission("a", content, fetched_at=now)])
            if between == "files":
                another.raw.append([submission("b", index_date=TUESDAY)])  # the day's journal becomes a file
    assert [each.content for each in lake.raw.read(MONDAY, ["a"])] == [b"new"]
    lake.raw.compact_period(MONDAY)
    assert [each.content for each in lake.raw.read(MONDAY, ["a"])] == [b"new"]


def test_files_of_older_programs_come_before_all_others(lake: Lake, tmp_path: Path) -> None:
    lake.raw.append([submission("a", b"old"), submission("b", b"b")])
    lake.raw.compact_period(MONDAY)
    (path,) = (tmp_path / "lake" / "raw").rglob("*.parquet")
    path.rename(path.with_name("2024-01-08.20301231T235959000000-1f2e3d4c.parquet"))
    lake.raw.append([submission("a", b"new")])
    lake.raw.compact_period(MONDAY)
    assert {each.content for each in lake.raw.read(MONDAY, ["a", "b"])} == {b"new", b"b"}


def test_a_night_of_filings_is_few_files_and_little_work(lake: Lake, tmp_path: Path) -> None:
    night = [submission(str(number), os.urandom(16_000)) for number in range(300)]
    lake.raw.append(night[:1])
    lake.raw.compact_period(MONDAY)
    begun = time.process_time()
    for each in night:
        lake.raw.append([each])
    assert len([each for each in (tmp_path / "lake" / "raw").rglob("*") if each.is_file()]) <= 3
    lake.raw.compact_period(MONDAY)
    assert time.process_time() - begun < 0.4, "0.08 s on an idle machine; a file each took 1 s"
    assert len(list((tmp_path / "lake" / "raw").rglob("*.*"))) == 1


def test_a_journal_is_another_writers_while_it_lives(lake: Lake, tmp_path: Path) -> None:
    with Lake.open(tmp_path / "lake") as another:
        another.raw.append([submission("a", b"a")])
        lake.raw.append([submission("b", b"b")])
        lake.raw.compact_period(MONDAY)
        assert lake.raw.held(MONDAY) == {"a", "b"}
        another.raw.append([submission("c", b"c")])
        assert lake.raw.held(MONDAY) == {"a", "b", "c"}
    assert lake.raw.scattered(TUESDAY) == [MONDAY]
    lake.tidy(TUESDAY)
    assert lake.raw.scattered(TUESDAY) == []
    assert {each.content for each in lake.raw.read(MONDAY, "abc")} == {b"a", b"b", b"c"}
    assert list((tmp_path / "lake" / "raw" / "journals").iterdir()) == []


KILLED = """
    import os, signal, sys
    import pyarrow.parquet
    from form4lake.storage import Lake
    from form4lake.storage.raw.archive import RawArchive
    from form4lake.storage.files.local import LocalFiles
    from form4lake.tests.builders.lakes import MONDAY, TUESDAY, submission
    from pathlib import Path

    def work(root, said, dies_at):
        count = 0
        def dying(real):
            def call(*given, **named):
                nonlocal count
                count += 1
                if count == dies_at:
                    os.kill(os.getpid(), signal.SIGKILL)
                return real(*given, **named)
            return call
        for name in ("write", "fsync", "unlink", "open"):
            setattr(os, name, dying(getattr(os, name)))
        Path.replace = dying(Path.replace)
        lake = RawArchive(LocalFiles(root))
        for number, day in enumerate([MONDAY, MONDAY, TUESDAY, MONDAY, MONDAY]):
            lake.append([submission(f"{day}{number}"), submission(f"{day}", str(number).encode(), index_date=day)])
            said.write(f"{day} {number}\\n")
            said.flush()
            if number in (1, 4):
                lake.compact_period(day)
        said.write("done\\n")
        said.flush()

    for dies_at in range(1, 1000, 2):
        root = Path(sys.argv[1]) / str(dies_at)
        LocalFiles(root).make()
        said = root / "said"
        child = os.fork()
        if not child:
            work(root, said.open("w"), dies_at)
            os._exit(0)
        os.waitpid(child, 0)
        if "done" in said.read_text():
            break
"""


@pytest.mark.flow  # some twenty processes, each killed
def test_a_kill_at_any_call_loses_nothing_that_was_kept(tmp_path: Path) -> None:
    script = textwrap.dedent(KILLED)
    subprocess.run([sys.executable, "-c", script, str(tmp_path)], check=True)
    roots = sorted(tmp_path.iterdir(), key=lambda each: int(each.name))
    assert len(roots) > 20
    for root in roots:
        said = [line.split() for line in (root / "said").read_text().splitlines() if line != "done"]
        latest = dict(said)
        archive = RawArchive(LocalFiles(root))
        for compacted in (False, True):
            for day in {MONDAY, TUESDAY}:
                if compacted:
                    archive.compact_period(day)
                    assert len(list(root.glob(f"raw/*/{day}.*"))) <= 1, root.name
                kept = {each.accession_number: each.content for each in archive.read(day, archive.held(day))}
                if str(day) in latest:
                    # The one that was being kept may be there too.
                    assert int(kept[str(day)]) >= int(latest[str(day)]), root.name
        numbers = {f"{day}{number}" for day, number in said}
        assert numbers <= archive.held(MONDAY), root.name
        assert list((root / "raw").rglob("*.lock")) == []


def test_an_archive_is_whole_until_the_one_file_is_durable(lake: Lake, monkeypatch: pytest.MonkeyPatch) -> None:
    for name in "ab":
        lake.raw.append([submission(name, name.encode())])
        lake.raw.append([submission("other", index_date=TUESDAY)])

    def full(*_: object) -> None:
        raise LakeFull("no space left")

    with monkeypatch.context() as patched:
        patched.setattr(LocalFiles, "install", full)
        with pytest.raises(LakeFull):
            lake.raw.compact_period(MONDAY)
    assert {each.content for each in lake.raw.read(MONDAY, "ab")} == {b"a", b"b"}


def test_compaction_that_finds_no_room_leaves_the_files_as_they_were(
    lake: Lake, monkeypatch: pytest.MonkeyPatch
) -> None:
    lake.raw.append([submission("a", b"a")])
    lake.raw.close()
    lake.raw.append([submission("b", b"b")])

    def full(*_: object) -> None:
        raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC))

    with monkeypatch.context() as patched:
        patched.setattr(pq.ParquetWriter, "write_table", full)
        with pytest.raises(LakeFull):
            lake.raw.compact_period(MONDAY)
    assert lake.raw.held(MONDAY) == {"a", "b"}
