"""The archive of submissions as fetched."""

import errno
import os
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from form4lake.storage import Lake, LakeDamaged, LakeFull
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
    assert [each.parent.name for each in (tmp_path / "lake" / "raw").rglob("*.parquet")] == ["year=2024"]


def test_the_latest_copy_counts_and_dates_are_kept_apart(lake: Lake) -> None:
    lake.raw.append([submission("a", b"old"), submission("a", b"older in the same call"), submission("b", b"b")])
    lake.raw.append([submission("a", b"new"), submission("a", b"other day", index_date=TUESDAY)])
    assert {each.content for each in lake.raw.read(MONDAY, ["a", "b"])} == {b"new", b"b"}
    assert [each.content for each in lake.raw.read(TUESDAY, ["a"])] == [b"other day"]
    lake.raw.append([])


def test_large_days_are_read_in_groups(lake: Lake, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("form4lake.storage.raw._GROUP_BYTES", 5_000)
    lake.raw.append([submission(str(number), bytes(1000)) for number in range(23)])
    (path,) = (tmp_path / "lake" / "raw").rglob("*.parquet")
    assert pq.ParquetFile(path).num_row_groups == 5
    assert [each.accession_number for each in lake.raw.read(MONDAY, ["22", "0"])] == ["0", "22"]


def test_a_content_that_is_not_what_was_stored_is_named(lake: Lake, tmp_path: Path) -> None:
    lake.raw.append([submission("a")])
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
        with pytest.raises(LakeFull):
            lake.raw.append([submission("a")])
    assert list((tmp_path / "lake" / "raw").rglob("*.parquet")) == []
    assert list((tmp_path / "lake" / "staging").iterdir()) == []
    lake.raw.append([submission("a", fetched_at=datetime(2024, 1, 9, tzinfo=UTC))])
    assert lake.raw.held(MONDAY) == {"a"}


def test_compaction_a_date_keeps_the_latest_copies_in_one_file(lake: Lake, tmp_path: Path) -> None:
    lake.raw.append([submission("a", b"old"), submission("b", b"b")])
    lake.raw.append([submission("a", b"new"), submission("c", b"c", index_date=TUESDAY)])
    lake.raw.compact_period(MONDAY)
    lake.raw.compact_period(MONDAY)
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
    reading = lake.raw.read(MONDAY, names)
    found = [next(reading)]
    lake.raw.compact_period(MONDAY)
    found += reading
    assert sorted(each.content.decode() for each in found) == names


def test_compaction_that_finds_no_room_leaves_the_files_as_they_were(
    lake: Lake, monkeypatch: pytest.MonkeyPatch
) -> None:
    lake.raw.append([submission("a", b"a")])
    lake.raw.append([submission("b", b"b")])

    def full(*_: object) -> None:
        raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC))

    with monkeypatch.context() as patched:
        patched.setattr(pq.ParquetWriter, "write_table", full)
        with pytest.raises(LakeFull):
            lake.raw.compact_period(MONDAY)
    assert lake.raw.held(MONDAY) == {"a", "b"}
