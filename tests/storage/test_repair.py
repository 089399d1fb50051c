"""What verification advises puts the lake right."""

import shutil
from datetime import date
from pathlib import Path
from typing import Any

import duckdb
import pytest

from form4lake.storage import Lake
from form4lake.storage.check.violations import Remedy
from form4lake.tests.builders.damage import cut, fill, flip, one, told, unlink
from form4lake.tests.builders.lakes import contents, filing, globbed, store

pytestmark = pytest.mark.flow

Rows = dict[str, list[tuple[Any, ...]]]


def beside(root: Path) -> None:
    """What a killed writer, or a person, leaves: a file in data/ that is not live."""
    source = one(root, "snapshots/filings/*/2024-01-08.*")
    shutil.copy(source, root / "data/filings/year=2024/2024-01-08.20200101T000000000000-00000000.parquet")


def wrong_checkpoint(root: Path) -> None:
    (root / f"log/{2:020d}.checkpoint.json").write_text('{"version": 2, "live": []}')


REPAIRED = {
    "the readers' name is gone": (unlink("snapshots/filings/*/2024-01-08.*"), "snapshots/filings"),
    "the plain name is gone": (unlink("data/footnotes/*/2023-12.*"), "data/footnotes"),
    "the readers' name is cut": (cut("snapshots/filings/*/2024-01-08.*"), "bytes, not the"),
    "the plain name is changed": (flip("data/reporting_owners/*/2023-12.*"), "other bytes than were written"),
    "a file of nobody's": (beside, "is not part of the lake"),
    "a checkpoint that is wrong": (wrong_checkpoint, "does not say what the entries"),
    "a checkpoint that is cut": (
        lambda root: (root / f"log/{2:020d}.checkpoint.json").write_text('{"vers'),
        "checkpoint.json it cannot be read",
    ),
}


@pytest.mark.parametrize("case", REPAIRED)
def test_what_has_another_copy_is_put_right(root: Path, sound: Rows, case: str) -> None:
    damage, words = REPAIRED[case]
    damage(root)
    lake = Lake.open(root)
    found = lake.verify()
    assert len(found.violations) == 1, told(found)
    assert all(words in line for line in told(found)), told(found)
    assert found.violations[0].todo == "form4 verify --repair"
    lake.repair(found.violations)
    assert told(Lake.open(root).verify()) == []
    assert contents(Lake.open(root)) == sound
    assert globbed(root) == sound


@pytest.mark.parametrize("content", [None, b"x" * 5000, b""])
def test_a_catalog_that_is_gone_or_broken_or_stale_is_made_again(root: Path, content: bytes | None) -> None:
    lake = Lake.open(root, create=True)
    assert told(lake.verify()) == []
    (root / "catalog.duckdb").unlink()
    if content is not None:
        (root / "catalog.duckdb").write_bytes(content)
    found = lake.verify()
    assert [each.where for each in found.violations] == ["catalog.duckdb"]
    lake.repair(found.violations)
    assert told(lake.verify()) == []
    store(lake, filing("late"), day=date(2024, 1, 10))


LOST = {
    "both names gone": (unlink("data/filings/*/2024-01-08.*", "snapshots/filings/*/2024-01-08.*"), "is missing"),
    "both names cut": (cut("data/footnotes/*/2023-12.*", "snapshots/footnotes/*/2023-12.*"), "bytes, not the"),
    "both names changed": (flip("data/signatures/*/2023-12.*", "snapshots/signatures/*/2023-12.*"), "other bytes"),
    "one gone, one cut": (cut("data/filings/*/2023-12.*", "snapshots/filings/*/2023-12.*"), "bytes, not the"),
    "the quarantine gone": (unlink("data/quarantine/*/*.*", "snapshots/quarantine/*/*.*"), "is missing"),
    "the index gone": (unlink("data/index_entries/*/2023-12.*", "snapshots/index_entries/*/2023-12.*"), "is missing"),
    "the amendments gone": (unlink("data/superseded/*/*.*", "snapshots/superseded/*/*.*"), "is missing"),
}


def altered_views(root: Path) -> None:
    """A catalog that opens and shows the version, with a view that leaves rows out."""
    path = root / "catalog.duckdb"
    path.chmod(0o644)
    with duckdb.connect(path) as connection:
        connection.execute("CREATE OR REPLACE VIEW trades AS SELECT 1 AS one")


def altered_script(root: Path) -> None:
    path = root / "views.sql"
    path.write_text(path.read_text().replace("WHERE", "WHERE false AND"))


def altered_state(root: Path) -> None:
    path = root / "catalog.json"
    path.write_text(path.read_text().replace('"version": 3', '"version": 31'))


CATALOGS = {
    "views changed": (altered_views, "catalog.duckdb", "is not what was written"),
    "script changed": (altered_script, "views.sql", "is not what was written"),
    "script cut": (cut("views.sql"), "views.sql", "is not what was written"),
    "script empty": (lambda root: (root / "views.sql").write_bytes(b""), "views.sql", "is not what was written"),
    "script gone": (unlink("views.sql"), "views.sql", "is missing"),
    "state changed": (altered_state, "catalog.json", "is not what was written"),
    "state gone": (unlink("catalog.json"), "catalog.json", "is missing"),
}


@pytest.mark.parametrize("case", CATALOGS)
def test_a_changed_catalog_is_found_and_made_again_and_no_commit_copies_it_on(
    root: Path, sound: Rows, case: str
) -> None:
    damage, where, what = CATALOGS[case]
    shown = trades(root)
    damage(root)
    lake = Lake.open(root)
    found = lake.verify()
    assert [(each.where, each.what) for each in found.violations] == [(where, what)]
    assert (contents(lake), trades(root)) == (sound, shown), "it is not asked"
    lake.repair(found.violations)
    assert told(Lake.open(root).verify()) == []
    damage(root)
    store(Lake.open(root), filing("z", date(2024, 1, 10)), day=date(2024, 1, 10))
    assert told(Lake.open(root).verify()) == []
    (root / "catalog.duckdb").chmod(0o644)
    with duckdb.connect(root / "catalog.duckdb", read_only=True) as published:
        assert len(published.sql("FROM trades").columns) > 20


def trades(root: Path) -> int:
    with Lake.open(root).connect() as connection:
        return len(connection.sql("FROM trades").fetchall())


@pytest.mark.parametrize("case", LOST)
def test_what_is_lost_is_taken_out_and_read_again(root: Path, sound: Rows, case: str) -> None:
    damage, words = LOST[case]
    damage(root)
    lake = Lake.open(root)
    found = lake.verify()
    assert all(words in line for line in told(found)), told(found)
    (todo,) = {each.todo for each in found.violations}
    period = found.violations[0].period
    assert "--drop-damaged, then form4 backfill " in todo
    first, last = todo.split()[-2:]
    assert first.startswith(str(period))
    assert first <= last
    lake.drop_damaged(found.violations)
    left = Lake.open(root).verify()
    assert {each.todo.split()[1] for each in left.violations} <= {"backfill"}, told(left)
    known = {each.index_date for each in lake.coverage() if each.missing} | {
        date.fromisoformat(each.todo.split()[-2]) for each in left.violations
    }
    assert any(first <= each.isoformat() <= last for each in known), "the lake knows what it lacks"
    fill(lake, str(period))
    assert told(Lake.open(root).verify()) == []
    assert contents(Lake.open(root)) == sound
    assert globbed(root) == sound


def test_damage_of_many_kinds_is_told_at_once(root: Path) -> None:
    for damage in (
        unlink("data/filings/*/2024-01-08.*", "snapshots/filings/*/2024-01-08.*"),
        unlink("snapshots/filings/*/2023-12.*"),
        flip("data/quarantine/*/*", "snapshots/quarantine/*/*"),
        cut("raw/*/*"),
    ):
        damage(root)
    lake = Lake.open(root)
    found = lake.verify()
    assert len(found.violations) == 4, told(found)
    lake.repair(found.violations)
    left = lake.verify()
    assert len(left.violations) == 3, told(left)
    lake.drop_damaged(left.violations)
    assert {each.remedy for each in lake.verify().violations} <= {Remedy.BACKFILL}
