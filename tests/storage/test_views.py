"""What the views answer on a small lake, and that they say what they mean."""

import json
import tempfile
from dataclasses import replace
from datetime import date
from decimal import Decimal
from pathlib import Path

import duckdb
import pytest

from form4lake.storage import Lake, LakeDamaged, LakeUnwritable
from form4lake.storage.read.views import views
from form4lake.tables import TABLES, DerivativeTransaction, Footnote, ReportingOwner
from form4lake.tests.builders.lakes import (
    MONDAY,
    TUESDAY,
    bought,
    contents,
    copied_apart,
    everything,
    filing,
    full_filing,
    read,
    store,
)


@pytest.fixture
def lake(tmp_path: Path) -> Lake:
    return Lake.open(tmp_path / "lake", create=True)


@pytest.fixture(scope="module")
def made(tmp_path_factory: pytest.TempPathFactory) -> Lake:
    """A lake to be asked; no test writes to it."""
    lake = Lake.open(tmp_path_factory.mktemp("made") / "lake", create=True)
    purchase = bought(
        1,
        transaction_price_per_share_fn="F3,F1",
        shares_owned_following_transaction_fn="F1,F2",
        transaction_date_fn="F9",
    )
    sale = bought(2, transaction_code="S", transaction_price_per_share=None)
    option = DerivativeTransaction(
        row_number=1,
        transaction_code="M",
        transaction_shares=Decimal("2"),
        transaction_price_per_share=Decimal("0"),
        transaction_total_value=Decimal("9.5"),
        exercise_date_fn="F2",
    )
    joint = filing(
        "joint",
        ticker="JNT",
        issuer_cik=6,
        reporting_owners=[
            ReportingOwner(
                owner_number=1, owner_cik=30, owner_name="A", is_director=True, is_officer=True, officer_title="CFO"
            ),
            ReportingOwner(owner_number=2, owner_cik=20, owner_name="B", is_ten_percent_owner=True),
            ReportingOwner(owner_number=3, owner_cik=10, owner_name=None, is_other=True, other_text="Trustee"),
        ],
        non_derivative_transactions=[purchase, sale],
        derivative_transactions=[option],
        footnotes=[Footnote(footnote_id=f"F{each}", footnote_text=f"Text {each}.") for each in (1, 2, 3)],
    )
    alone = filing("alone", reporting_owners=[ReportingOwner(owner_number=1, owner_cik=1, owner_name="C")])
    store(lake, joint, alone, filing("nameless", issuer_cik=None, reporting_owners=[]))
    return lake


@pytest.fixture
def answered(made: Lake, tmp_path: Path) -> Lake:
    """A copy of it, to be written and damaged."""
    return copied_apart(Path(made.snapshot().place.location), tmp_path / "lake")


def test_trades_has_a_row_a_transaction_however_many_owners(made: Lake) -> None:
    rows = read(
        made,
        "SELECT is_derivative, row_number, owner_ciks, owner_names, owner_role, code_meaning, value, "
        "transaction_total_value, source_url FROM trades WHERE ticker = 'JNT' ORDER BY is_derivative, row_number",
    )
    who = ([30, 20, 10], ["A", "B", None], "Director, Officer: CFO")
    url = "https://www.sec.gov/Archives/edgar/data/5/joint.txt"
    exercise = "exercise or conversion of an exempt derivative (Rule 16b-3)"
    assert rows == [
        (False, 1, *who, "purchase, open market or private", Decimal("1234.56"), None, url),
        (False, 2, *who, "sale, open market or private", None, None, url),
        (True, 1, *who, exercise, Decimal("0"), Decimal("9.5"), url),
    ]


def test_trades_gives_each_footnote_once_in_the_order_of_its_columns(made: Lake) -> None:
    rows = read(
        made,
        "SELECT footnote_ids, footnotes FROM trades WHERE issuer_cik = 6 ORDER BY is_derivative, row_number",
    )
    assert rows == [
        (["F9", "F3", "F1", "F2"], "Text 3.\n\nText 1.\n\nText 2."),
        (None, None),
        (["F2"], "Text 2."),
    ]


def test_trades_loses_no_transaction_of_a_filing_without_issuer_or_role(made: Lake) -> None:
    assert read(made, "SELECT accession_number, owner_names FROM trades WHERE issuer_cik IS NULL") == [
        ("nameless", None)
    ]
    assert read(made, "SELECT owner_role, owner_names FROM trades WHERE accession_number = 'alone'") == [(None, ["C"])]


def test_open_market_views_leave_the_rest_out(answered: Lake) -> None:
    store(
        answered,
        filing("fix", TUESDAY, form_type="4/A", date_of_original_submission=MONDAY, issuer_cik=5, owners=[1]),
        day=TUESDAY,
    )
    assert read(answered, "SELECT accession_number FROM insider_buys ORDER BY 1") == [
        ("fix",),
        ("joint",),
        ("nameless",),
    ]
    assert read(answered, "SELECT accession_number, row_number FROM insider_sells") == [("joint", 2)]


def test_a_product_beyond_decimals_is_null_not_an_error(lake: Lake) -> None:
    huge = Decimal("9999999999999999.9999")
    rows = [bought(1, transaction_shares=huge, transaction_price_per_share=huge), bought(2)]
    store(lake, filing("a", non_derivative_transactions=rows))
    assert read(lake, "SELECT value FROM trades ORDER BY row_number") == [(None,), (Decimal("1234.56"),)]


def test_every_view_macro_and_column_says_what_it_means(lake: Lake) -> None:
    with lake.connect() as connection:
        said = {
            "views": "SELECT view_name, comment FROM duckdb_views() WHERE NOT internal AND schema_name = 'main'",
            "macros": "SELECT function_name, comment FROM duckdb_functions() WHERE NOT internal",
            "columns": "SELECT table_name || '.' || column_name, comment FROM duckdb_columns() "
            "WHERE NOT internal AND schema_name <> 'lake_files'",
        }
        found = {kind: connection.sql(sql).fetchall() for kind, sql in said.items()}
    names = {name for name, _ in found["views"] + found["macros"]}
    assert names == set(TABLES) | {each.name for each in views()} | {"lake_snapshot", "lake_tables"}
    assert [name for rows in found.values() for name, comment in rows if not comment] == []
    columns = dict(found["columns"])
    for column, source in {
        "insider_buys.value": "trades.value",
        "coverage.index_date": "index_days.index_date",
        "current_filings.filing_date": "filings.filing_date",
        "late_filings.owner_names": "trades.owner_names",
    }.items():
        assert columns[column] == columns[source]


def test_times_are_shown_in_new_york(lake: Lake) -> None:
    with lake.connect() as connection:
        assert connection.sql("SELECT current_setting('TimeZone')").fetchall() == [("America/New_York",)]


def test_any_duckdb_opens_the_catalog_and_runs_the_script(answered: Lake, tmp_path: Path) -> None:
    root = tmp_path / "lake"
    assert (root / "catalog.duckdb").stat().st_mode & 0o222 == 0
    with duckdb.connect() as connection:
        connection.execute((root / "views.sql").read_text())
        connection.execute("SET TimeZone = 'America/New_York'")
        assert everything(connection) == contents(answered)
    with duckdb.connect(root / "catalog.duckdb", read_only=True) as connection:
        assert connection.sql("SELECT version FROM lake_snapshot").fetchall() == [(1,)]


def test_the_next_version_is_published_as_whole_as_the_first(answered: Lake, tmp_path: Path) -> None:
    store(answered, filing("late", TUESDAY), day=TUESDAY)
    root = tmp_path / "lake"
    with duckdb.connect(root / "catalog.duckdb", read_only=True) as connection:
        assert everything(connection) == contents(answered)
        columns = "FROM duckdb_columns() WHERE NOT internal AND schema_name <> 'lake_files'"
        assert connection.sql(f"SELECT column_name {columns} AND comment IS NULL").fetchall() == []
        published = connection.sql(f"SELECT table_name, column_name, comment {columns} ORDER BY ALL").fetchall()
        assert connection.sql("SELECT version FROM lake_snapshot").fetchall() == [(2,)]
    with duckdb.connect() as connection:
        connection.execute((root / "views.sql").read_text())
        assert connection.sql(f"SELECT table_name, column_name, comment {columns} ORDER BY ALL").fetchall() == published
    (root / "catalog.duckdb").chmod(0o644)
    (root / "catalog.duckdb").write_bytes(b"no database")
    store(answered, filing("later", TUESDAY), filing("late", TUESDAY), day=TUESDAY)
    with duckdb.connect(root / "catalog.duckdb", read_only=True) as connection:
        assert everything(connection) == contents(answered)


def test_a_moved_lake_is_read_where_it_is(answered: Lake, tmp_path: Path) -> None:
    before = contents(answered)
    moved = (tmp_path / "lake").rename(tmp_path / "it's [moved]*")
    lake = Lake.open(moved)
    assert contents(lake) == before
    assert read(lake, "SELECT lake FROM lake_snapshot") == [(str(moved),)]
    assert lake.other_place() == str(tmp_path / "lake"), "what other programs read is said to be elsewhere"
    (tmp_path / "lake").symlink_to(moved)
    assert lake.other_place() is None, "a second name of the same folder is as good"
    (tmp_path / "lake").unlink()
    found = lake.verify()
    assert [str(tmp_path / "lake") in each for each in found.notes] == [True]
    lake.repair(found.violations)
    assert lake.verify().notes == []
    assert lake.other_place() is None
    with duckdb.connect(moved / "catalog.duckdb", read_only=True) as connection:
        assert everything(connection) == before
    store(lake, filing("b", TUESDAY), day=TUESDAY)
    assert lake.stored(["b"]) == {"b"}


def test_an_unreadable_catalog_is_done_without(answered: Lake, tmp_path: Path) -> None:
    catalog = tmp_path / "lake" / "catalog.duckdb"
    catalog.chmod(0o644)
    catalog.write_bytes(b"no database")
    assert read(answered, "SELECT count(*) FROM filings") == [(3,)]


def test_a_lost_file_is_named(answered: Lake, tmp_path: Path) -> None:
    (path,) = answered.snapshot().files("filings")
    Path(path).unlink()
    with pytest.raises(LakeDamaged, match=r"filings/year=2024/.* is missing"):
        answered.connect()
    with pytest.raises(LakeDamaged, match="is missing"):
        answered.stored(["a"])
    # Its other name is still there, and the next writer puts it back.
    Lake.open(tmp_path / "lake", create=True)
    assert answered.stored(["alone"]) == {"alone"}


def test_a_cut_file_is_named(answered: Lake) -> None:
    path = Path(answered.snapshot().files("footnotes")[0])
    path.write_bytes(path.read_bytes()[:-20])
    with pytest.raises(LakeDamaged, match=r"footnotes/.* bytes, not the"):
        answered.connect()


def test_files_of_an_older_declaration_have_null_in_new_columns(lake: Lake, monkeypatch: pytest.MonkeyPatch) -> None:
    new = TABLES["filings"]
    kept = tuple(each for each in new.columns if each.name not in ("remarks", "ticker"))
    old = replace(new, columns=kept, gathered=(), bloom=("accession_number",))
    noted = filing(
        "old",
        owners=(11, 12),
        footnotes=[Footnote(footnote_id="F1", footnote_text="Text 1.")],
        footnote_count=1,
        non_derivative_transactions=[bought(transaction_price_per_share_fn="F1")],
    )
    with monkeypatch.context() as patch:
        for name, table in TABLES.items():
            patch.setitem(TABLES, name, replace(table, gathered=(), bloom=()))
        patch.setitem(TABLES, "filings", old)
        for module in ("views", "catalog"):
            patch.setattr(f"form4lake.storage.read.{module}.ROW_TABLES", ())
        for name in ("views", "declared_views", "sec_views"):  # they read the columns that are taken away
            patch.setattr(f"form4lake.storage.read.views.{name}", tuple)
        store(lake, noted)
    store(lake, filing("new", date(2024, 1, 9)), day=TUESDAY)
    rows = read(lake, "SELECT accession_number, ticker, issuer_name FROM filings ORDER BY 1")
    assert rows == [("new", "ISS", "Issuer"), ("old", None, "Issuer")]
    # What their rows carry of owners and footnotes by now is gathered from the other tables.
    owned = "SELECT accession_number, owner_names, owner_role, footnotes FROM trades ORDER BY ALL"
    assert read(lake, owned) == [
        ("new", ["Owner 11"], "Director", None),
        ("old", ["Owner 11", "Owner 12"], "Director", "Text 1."),
    ]
    assert lake.verify().violations == []
    # Rewriting the segment brings its rows to the new declaration.
    store(lake, noted, filing("more"))
    assert read(lake, owned)[1:] == [
        ("new", ["Owner 11"], "Director", None),
        ("old", ["Owner 11", "Owner 12"], "Director", "Text 1."),
    ]
    assert read(lake, "SELECT ticker FROM filings WHERE accession_number = 'old'") == [("ISS",)]


def test_two_connections_of_one_process_share_no_configuration(made: Lake) -> None:
    with made.connect() as locked, made.connect() as other:
        locked.execute("SET lock_configuration = true")
        other.execute("SET TimeZone = 'UTC'; SET threads = 1")
        asked = "SELECT current_setting('TimeZone'), count(*) FROM filings"
        assert locked.sql(asked).fetchall() == [("America/New_York", 3)]
        assert other.sql(asked).fetchall() == [("UTC", 3)]
        assert other.cursor().sql("SELECT count(*) FROM sec.SUBMISSION").fetchall() == [(3,)], "for a thread of its own"
        with pytest.raises(duckdb.InvalidInputException, match="read-only"):
            other.execute("CREATE TABLE t AS SELECT 1")


def test_a_catalog_of_an_older_program_is_no_damage(lake: Lake, tmp_path: Path) -> None:
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr("form4lake.storage.read.catalog.definition", lambda: "an older program's")
        store(lake, full_filing("a"))
    # Older programs wrote no catalog.json either; what they published is said by the catalog itself.
    (tmp_path / "lake" / "catalog.json").unlink()
    found = Lake.open(tmp_path / "lake").verify()
    assert found.violations == []
    assert ["another version of form4lake" in each for each in found.notes] == [True]
    assert read(lake, "SELECT definition <> 'an older program''s' FROM lake_snapshot") == [(True,)]
    store(lake, filing("late", TUESDAY), day=TUESDAY)
    assert lake.verify().notes == []


def test_the_end_of_a_log_is_missed_whatever_is_left_of_the_catalog(answered: Lake, tmp_path: Path) -> None:
    root = tmp_path / "lake"
    store(answered, filing("late", TUESDAY), day=TUESDAY)
    (root / "log" / f"{2:020d}.json").unlink()
    for gone in ("views.sql", "catalog.json"):
        (root / gone).unlink()
        with pytest.raises(LakeDamaged, match="it is missing, though the lake's views are of that version"):
            Lake.open(root).snapshot()


def test_no_room_for_a_copy_of_the_catalog_is_named(answered: Lake, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(tempfile, "tempdir", "/dev/null/nowhere")
    with pytest.raises(LakeUnwritable, match="cannot write /dev/null/nowhere"):
        answered.connect()


@pytest.mark.parametrize("content", [b"", b"[]", b'{"version": Infinity, "lake": 1, "definition": null}', b"\xff"])
def test_a_broken_note_of_what_is_published_is_made_again(answered: Lake, tmp_path: Path, content: bytes) -> None:
    note = tmp_path / "lake" / "catalog.json"
    note.write_bytes(content)
    assert read(Lake.open(tmp_path / "lake"), "SELECT count(*) FROM filings") == [(3,)]
    store(answered, filing("late", TUESDAY), day=TUESDAY)
    assert json.loads(note.read_bytes())["version"] == 2
