"""A power cut at any moment: what was committed is there, what was being committed is there whole or not at all."""

import sys
from collections.abc import Callable
from datetime import date
from pathlib import Path
from typing import Any

import pytest

from form4lake.storage import Lake
from form4lake.tests.builders.lakes import contents, entry, filing, full_filing, index_day, store, submission
from form4lake.tests.builders.power_loss import Disk, Loss, watched

pytestmark = [pytest.mark.flow, pytest.mark.skipif(sys.platform != "linux", reason="it reads /proc")]

LOSSES: tuple[Loss, ...] = ("names", "contents")

Contents = dict[str, Any]


def found(place: Path) -> Contents:
    """What a lake holds after a power cut, opened as the next run opens it; its files are as the log says."""
    lake = Lake.open(place, create=True)
    violations = [each for each in lake.verify().violations if "catalog" not in each.where]
    assert violations == []
    return contents(lake)


def tree(place: Path) -> frozenset[tuple[str, bytes | None]]:
    """All names below a folder, with the contents of files: most syncs change neither."""
    return frozenset(
        (str(path.relative_to(place)), path.read_bytes() if path.is_file() else None) for path in place.rglob("*")
    )


def cut_at_each_sync(root: Path, tmp_path: Path, work: Callable[[Lake], object]) -> None:
    """Do work on the lake; a cut before any sync leaves the lake before or after it, and after it the last."""
    before = contents(Lake.open(root))
    images: list[tuple[Loss, Path]] = []

    def cut(disk: Disk) -> None:
        for loss in LOSSES:
            images.append((loss, disk.after_a_power_cut(loss, tmp_path / f"{loss}{len(images)}")))

    with watched(root, cut) as disk:
        work(Lake.open(root))
        last = [disk.after_a_power_cut(loss, tmp_path / f"last-{loss}") for loss in LOSSES]
    after = contents(Lake.open(root))
    assert after != before
    assert len(images) > 10
    for loss, place in {tree(place): (loss, place) for loss, place in images}.values():
        assert found(place) in (before, after), f"{loss} lost at {place.name}"
    for place in last:
        assert found(place) == after, f"{place.name}: a commit that was made is gone"


@pytest.fixture
def root(tmp_path: Path) -> Path:
    (tmp_path / "lakes").mkdir()
    return tmp_path / "lakes" / "lake"


def test_a_commit_into_a_year_of_its_own(root: Path, tmp_path: Path) -> None:
    store(Lake.open(root, create=True), full_filing("a"))
    other_year = date(2023, 3, 1)

    def work(lake: Lake) -> None:
        with lake.begin("2023-03-01") as ingest:
            ingest.add_filing(filing("b"), other_year)
            ingest.add_day(index_day(other_year), [entry("b", other_year)])
            lake.commit(ingest, writer="test")

    cut_at_each_sync(root, tmp_path, work)


def test_a_commit_that_replaces_a_filing(root: Path, tmp_path: Path) -> None:
    store(Lake.open(root, create=True), full_filing("a"), filing("b"))
    cut_at_each_sync(root, tmp_path, lambda lake: store(lake, filing("a", ticker="NEW")))


def test_a_lake_that_was_made_is_there(root: Path, tmp_path: Path) -> None:
    with watched(root, lambda _: None) as disk:
        store(Lake.open(root, create=True), full_filing("a"))
        last = [disk.after_a_power_cut(loss, tmp_path / loss) for loss in LOSSES]
    for place in last:
        assert found(place) == contents(Lake.open(root))


def test_submissions_that_were_archived_are_there(root: Path, tmp_path: Path) -> None:
    lake = Lake.open(root, create=True)
    kept = [submission("0000000001-24-000001", b"one"), submission("0000000001-24-000002", b"two")]
    places: list[Path] = []
    cutting = False

    def cut(disk: Disk) -> None:
        if cutting:
            for loss in LOSSES:
                places.append(disk.after_a_power_cut(loss, tmp_path / f"{loss}{len(places)}"))

    with watched(root, cut) as disk:
        lake.raw.append(kept[:1])
        lake.raw.close()
        lake.raw.append(kept[1:])
        cutting = True
        cut(disk)
        lake.raw.compact_period(kept[0].index_date)
        cut(disk)
    assert len(places) > 6
    for place in places:
        archive = Lake.open(place, create=True).raw
        assert archive.held(kept[0].index_date) == {each.accession_number for each in kept}, place.name
        numbers = [each.accession_number for each in kept]
        assert sorted(each.content for each in archive.read(kept[0].index_date, numbers)) == [b"one", b"two"]
