"""Verification names every damage, and what it advises puts the lake right."""

import errno
import os
import shutil
from collections.abc import Callable
from datetime import date
from pathlib import Path
from typing import Any

import duckdb
import pyarrow.parquet as pq
import pytest

from form4lake.storage import Lake, LakeDamaged, LakeUnwritable, RawSubmission, Verification
from form4lake.storage.check.violations import Remedy
from form4lake.storage.errors import writing
from form4lake.storage.files.local import LocalFiles
from form4lake.storage.files.staging import unique_id
from form4lake.storage.write.changes import Changes
from form4lake.tables import TABLES
from form4lake.tests.builders.lakes import (
    MONDAY,
    TUESDAY,
    contents,
    copied_apart,
    entry,
    filing,
    full_filing,
    globbed,
    index_day,
    quarantined,
    store,
)

pytestmark = pytest.mark.flow

DECEMBER = date(2023, 12, 4)


@pytest.fixture(scope="module")
def made(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A lake of a compacted month and two days, with an amendment, a quarantined filing and a raw archive."""
    root = tmp_path_factory.mktemp("lakes") / "lake"
    lake = Lake.open(root, create=True)
    lake.raw.append([RawSubmission(each, MONDAY, f"{each}.txt", index_day().read_at, b"<x>") for each in "cd"])
    for period in ("2023-12", "2024-01-08", "2024-01-09"):
        fill(lake, period)
    lake.raw.compact_period(MONDAY)
    return root


def fill(lake: Lake, period: str) -> None:
    """A period as its indexes have it: what a backfill does."""
    if period == "2023-12":
        store(lake, full_filing("a", DECEMBER), filing("b", DECEMBER), day=DECEMBER, period=period)
        return
    if period == "2024-01-08":
        store(lake, filing("c"), filing("d", owners=(11, 12)))
        return
    amendment = filing("e", TUESDAY, form_type="4/A", period_of_report=MONDAY, date_of_original_submission=MONDAY)
    ingest = lake.begin(TUESDAY.isoformat())
    ingest.add_filing(amendment, TUESDAY)
    ingest.add_quarantined(quarantined("q", TUESDAY), TUESDAY)
    ingest.add_day(index_day(TUESDAY), [entry("e", TUESDAY, "4/A"), entry("q", TUESDAY), entry("m", TUESDAY)])
    lake.commit(ingest, writer="test")


@pytest.fixture
def root(made: Path, tmp_path: Path) -> Path:
    """A copy of that lake."""
    copied_apart(made, tmp_path / "lake")
    return tmp_path / "lake"


def one(root: Path, pattern: str) -> Path:
    """The first file that a pattern finds in a lake."""
    return min(root.glob(pattern))


def told(found: Verification) -> list[str]:
    return [f"{each.where} {each.what}: {each.todo}" for each in found.violations]


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


def unlink(*patterns: str) -> Callable[[Path], None]:
    return lambda root: [one(root, each).unlink() for each in patterns] and None


def cut(*patterns: str) -> Callable[[Path], None]:
    def damage(root: Path) -> None:
        for each in patterns:
            path = one(root, each)
            rewrite(path, path.read_bytes()[:-100])

    return damage


def flip(*patterns: str) -> Callable[[Path], None]:
    """Change a byte in the middle, which no footer and no size shows."""

    def damage(root: Path) -> None:
        for each in patterns:
            content = bytearray(one(root, each).read_bytes())
            content[len(content) // 3] ^= 1
            rewrite(one(root, each), bytes(content))

    return damage


def rewrite(path: Path, content: bytes) -> None:
    """As another program would: a new file under the name, the other name keeps its content."""
    path.unlink()
    path.write_bytes(content)


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
def test_what_has_another_copy_is_put_right(root: Path, case: str) -> None:
    before = contents(Lake.open(root))
    damage, words = REPAIRED[case]
    damage(root)
    lake = Lake.open(root)
    found = lake.verify()
    assert len(found.violations) == 1, told(found)
    assert all(words in line for line in told(found)), told(found)
    assert found.violations[0].todo == "form4 verify --repair"
    lake.repair(found.violations)
    assert told(Lake.open(root).verify()) == []
    assert contents(Lake.open(root)) == before
    assert globbed(root) == before


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
def test_a_changed_catalog_is_found_and_made_again_and_no_commit_copies_it_on(root: Path, case: str) -> None:
    damage, where, what = CATALOGS[case]
    sound = contents(Lake.open(root)), trades(root)
    damage(root)
    lake = Lake.open(root)
    found = lake.verify()
    assert [(each.where, each.what) for each in found.violations] == [(where, what)]
    assert (contents(lake), trades(root)) == sound, "it is not asked"
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


def test_two_writers_that_publish_one_version_at_once_are_no_damage(root: Path) -> None:
    Lake.open(root, create=True)
    before = {name: (root / name).read_bytes() for name in ("catalog.duckdb", "views.sql")}
    for name in (*before, "catalog.json"):
        (root / name).unlink()
    Lake.open(root, create=True)
    for name, content in before.items():
        rewrite(root / name, content)
    assert told(Lake.open(root).verify()) == []


@pytest.mark.parametrize("case", LOST)
def test_what_is_lost_is_taken_out_and_read_again(root: Path, case: str) -> None:
    before = contents(Lake.open(root))
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
    assert contents(Lake.open(root)) == before
    assert globbed(root) == before


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
