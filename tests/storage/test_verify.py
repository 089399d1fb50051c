"""Verification names every damage, and what to do about it."""

import errno
import os
from pathlib import Path
from typing import Any

import duckdb
import pyarrow.parquet as pq
import pytest

from form4lake.storage import Lake, LakeDamaged, LakeUnwritable
from form4lake.storage.errors import writing
from form4lake.storage.files.local import LocalFiles
from form4lake.storage.files.staging import unique_id
from form4lake.storage.write.changes import Changes
from form4lake.tables import TABLES
from form4lake.tests.builders.damage import cut, fill, one, rewrite, told, unlink
from form4lake.tests.builders.lakes import MONDAY, contents, filing, store

pytestmark = pytest.mark.flow


def test_a_whole_lake_has_no_violation(root: Path) -> None:
    read: list[tuple[int, int]] = []
    found = Lake.open(root).verify(raw=True, tell=lambda done, total: read.append((done, total)))
    assert told(found) == []
    assert (found.version, found.missing) == (3, 1)
    assert found.rows == sum(len(each) for each in contents(Lake.open(root)).values())
    assert found.files == len(list((root / "data").rglob("*.parquet"))) + 1
    assert read[-1][0] == read[-1][1] > 0, "every byte was read"


def test_a_lake_without_a_commit_has_no_violation(tmp_path: Path) -> None:
    assert told(Lake.open(tmp_path / "lake", create=True).verify()) == []


def test_two_writers_that_publish_one_version_at_once_are_no_damage(root: Path) -> None:
    Lake.open(root, create=True)
    before = {name: (root / name).read_bytes() for name in ("catalog.duckdb", "views.sql")}
    for name in (*before, "catalog.json"):
        (root / name).unlink()
    Lake.open(root, create=True)
    for name, content in before.items():
        rewrite(root / name, content)
    assert told(Lake.open(root).verify()) == []


def test_a_lake_that_lost_a_file_is_named_by_the_next_writer(root: Path) -> None:
    unlink("data/filings/*/2024-01-08.*", "snapshots/filings/*/2024-01-08.*")(root)
    for path in (root / "catalog.duckdb", root / "views.sql"):
        path.unlink(missing_ok=True)
    with pytest.raises(LakeDamaged, match=r"2024-01-08.*is missing.*form4 verify"):
        Lake.open(root, create=True)


def test_a_damaged_raw_file_is_named_and_can_go(root: Path) -> None:
    lake = Lake.open(root)
    path = one(root, "raw/*/*")
    table = pq.read_table(path)
    spoilt = table.set_column(5, table.schema.field(5), [[b"<y>", b"<x>"]])
    pq.write_table(spoilt, path)
    assert told(lake.verify()) == [], "without --raw only footers are read"
    (line,) = told(lake.verify(raw=True))
    assert "raw/year=2024/2024-01-08" in line
    assert "the content of c is not what was stored" in line
    cut("raw/*/*")(root)
    found = lake.verify()
    assert "--drop-damaged deletes it" in found.violations[0].todo
    lake.drop_damaged(found.violations)
    assert told(lake.verify(raw=True)) == []
    assert lake.raw.held(MONDAY) == set()


def test_a_lost_raw_file_is_named_with_its_filings(root: Path) -> None:
    one(root, "raw/*/*").unlink()
    lake = Lake.open(root)
    assert told(lake.verify()) == [], "without --raw only what is there is looked at"
    found = lake.verify(raw=True)
    (line,) = told(found)
    assert line.startswith(
        "raw/year=2024/2024-01-08 has 0 submissions of the 2 that were kept; it lacks those of c, d: "
    )
    lake.drop_damaged(found.violations)
    assert told(Lake.open(root).verify(raw=True)) == []


def test_an_archive_that_was_switched_off_for_a_while_is_whole(root: Path) -> None:
    """Of Monday, a filing more is stored without its submission; of other days, none has one."""
    lake = Lake.open(root)
    store(lake, filing("c"), filing("d", owners=(11, 12)), filing("unarchived"))
    assert told(lake.verify(raw=True)) == []


@pytest.mark.parametrize("version", [1, 2, 3])
def test_a_log_that_is_not_whole_is_named_and_throws_nothing_away(root: Path, version: int) -> None:
    before = contents(Lake.open(root))
    path = root / f"log/{version:020d}.json"
    content = path.read_bytes()
    for damage in (path.unlink, lambda: path.write_bytes(content[:50])):
        damage()
        lake = Lake.open(root)
        (line,) = told(lake.verify())
        assert f"{version:020d}.json" in line
        assert line.endswith("put it back from a copy of the lake")
        with pytest.raises(LakeDamaged, match=f"{version:020d}.json"):
            Lake.open(root, create=True)
        with pytest.raises(LakeDamaged, match=f"{version:020d}.json"):
            Lake.open(root).snapshot()
        lake.repair(lake.verify().violations)
        path.write_bytes(content)
        assert told(Lake.open(root).verify()) == []
    assert contents(Lake.open(root)) == before


def test_an_entry_below_a_checkpoint_is_missed_though_nothing_reads_it(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("form4lake.storage.versions.log.CHECKPOINT_EVERY", 2)
    lake = Lake.open(tmp_path / "lake", create=True)
    fill(lake, "2024-01-08")
    fill(lake, "2024-01-09")
    (tmp_path / "lake" / "log" / f"{1:020d}.json").unlink()
    (line,) = told(Lake.open(tmp_path / "lake").verify())
    assert "is missing, though later entries exist" in line


def spoil(lake: Lake, sql: str, table: str, period: str) -> None:
    """Rewrite a file with other rows and have the log say so: what only a mistake in the program could do."""
    snapshot = lake.snapshot()
    (old,) = snapshot.entries(table, [period])
    staging = lake._files.stage()
    changes = Changes(unique_id(), removed=[old.path])
    with duckdb.connect() as connection:
        connection.execute(f"CREATE VIEW rows AS {snapshot.select(TABLES[table], [old])}")
        changes.write(connection, TABLES[table], period, [sql], staging.folder)
    lake._committer.publish(lambda *_: changes, lambda *_: True, writer="test")
    staging.discard()


BROKEN = {
    "an accession twice": ("filings", "2024-01-08", "FROM rows UNION ALL FROM rows WHERE accession_number = 'c'", "2"),
    "another role": ("filings", "2024-01-08", "SELECT * REPLACE ('CEO' AS owner_role) FROM rows", "not those of their"),
    "a lost text": (
        "filings",
        "2023-12",
        "SELECT * REPLACE (footnote_texts[:-2] AS footnote_texts) FROM rows",
        "not those of their rows",
    ),
    "an orphan": ("filings", "2023-12", "FROM rows WHERE accession_number <> 'b'", "without their filing"),
    "another issuer": ("footnotes", "2023-12", "SELECT * REPLACE (7 AS issuer_cik) FROM rows", "without their filing"),
    "a lost owner": ("reporting_owners", "2024-01-08", "FROM rows WHERE owner_number = 1", "owner_count is not the"),
    "a row twice": ("signatures", "2023-12", "FROM rows UNION ALL FROM rows", "two rows of one signature_number"),
    "stored and quarantined": (
        "quarantine",
        "2024-01-09",
        "FROM rows UNION ALL SELECT * REPLACE ('c' AS accession_number) FROM rows",
        "both stored and in quarantine, such as c",
    ),
    "an entry twice": ("index_entries", "2024-01-09", "FROM rows UNION ALL FROM rows", "one index lists twice"),
    "a day lost": ("index_days", "2023-12", "FROM rows WHERE false", "lacks 1 index dates that were read"),
    "no such successor": (
        "superseded",
        "2024-01-09",
        "SELECT * REPLACE ('zz' AS superseded_by) FROM rows",
        "neither stored nor listed, such as zz",
    ),
    "a successor that is missing": (
        "superseded",
        "2024-01-09",
        "FROM rows UNION ALL SELECT * REPLACE ('m' AS superseded_by) FROM rows",
        "names m, which is not stored: form4 backfill 2024-01-09 2024-01-09",
    ),
}


def test_broken_promises_about_rows_are_found(root: Path) -> None:
    lake = Lake.open(root)
    for table, period, sql, _ in BROKEN.values():
        spoil(lake, sql, table, period)
    lines = told(lake.verify())
    assert [case for case, (*_, words) in BROKEN.items() if not any(words in line for line in lines)] == [], lines


def test_the_same_accession_in_two_periods_is_found(root: Path) -> None:
    spoil(Lake.open(root), "SELECT * REPLACE ('a' AS accession_number) FROM rows LIMIT 1", "filings", "2024-01-08")
    lines = [line for line in told(Lake.open(root).verify()) if "more than once, such as a" in line]
    assert [line.split("/")[3][:7] for line in lines] == ["2023-12", "2024-01"]


def test_a_read_only_lake_can_be_verified_and_a_repair_says_why_not(
    root: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    unlink("snapshots/filings/*/2024-01-08.*")(root)

    def refuse(*_: Any, **__: Any) -> None:
        with writing(root):
            raise OSError(errno.EROFS, os.strerror(errno.EROFS), str(root))

    monkeypatch.setattr(LocalFiles, "publishing", refuse)
    monkeypatch.setattr(LocalFiles, "remove", refuse)
    lake = Lake.open(root)
    found = lake.verify()
    assert len(found.violations) == 1
    with pytest.raises(LakeUnwritable, match="Read-only file system"):
        lake.repair(found.violations)
