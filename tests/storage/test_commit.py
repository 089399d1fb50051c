"""What a commit leaves in the lake: each accession once, whatever was there before."""

import json
from dataclasses import fields, replace
from datetime import UTC, date, datetime, timedelta
from decimal import Decimal
from pathlib import Path

import pytest

from form4lake.storage import Lake, LakeMissing
from form4lake.tables import FILING_CHILDREN, TABLES, Filing, Footnote, NonDerivativeTransaction
from form4lake.tests.builders.lakes import (
    FORMS,
    MONDAY,
    NOON,
    TUESDAY,
    bought,
    contents,
    entry,
    filing,
    full_filing,
    globbed,
    index_day,
    on_disk,
    quarantined,
    read,
    store,
)


@pytest.fixture
def lake(tmp_path: Path) -> Lake:
    return Lake.open(tmp_path / "lake", create=True)


def test_a_missing_lake_is_named(tmp_path: Path) -> None:
    with pytest.raises(LakeMissing, match="there is no lake at"):
        Lake.open(tmp_path / "nowhere")


def test_a_fresh_lake_answers_every_table_and_view(lake: Lake) -> None:
    with lake.connect() as connection:
        found = connection.sql(
            "SELECT if(schema_name = 'sec', 'sec.', '') || view_name FROM duckdb_views() "
            "WHERE NOT internal AND schema_name IN ('main', 'sec')"
        )
        names = [row[0] for row in found.fetchall()]
        assert set(names) >= {*TABLES, "trades", "current_filings", "insider_buys", "insider_sells", "coverage"}
        for name in set(names) - {"business_days", "lake_snapshot", "lake_tables", "transaction_codes"}:
            assert connection.sql(f"SELECT count(*) FROM {name}").fetchall() == [(0,)]
        assert connection.sql("SELECT version FROM lake_snapshot").fetchall() == [(0,)]
    assert lake.snapshot().version == 0
    assert lake.coverage() == []
    assert lake.stored(["a"]) == set()
    assert lake.index_day(MONDAY) is None


def test_every_column_comes_back_as_it_went_in(lake: Lake) -> None:
    values = {
        "VARCHAR": "x'\"é\n",
        "DECIMAL(20,4)": Decimal("9999999999999999.9999"),
        "DATE": date(22, 1, 1),
        "TIMESTAMPTZ": datetime(2024, 3, 10, 6, 59, 59, 123456, tzinfo=UTC),
        "BOOLEAN": False,
        "BIGINT": 2**40,
        "INTEGER": -7,
        "SMALLINT": 3,
    }
    given = filing("0000000005-24-000001", MONDAY)
    for column in TABLES["filings"].columns:
        if column.name not in ("accession_number", "filing_date", "issuer_cik"):
            setattr(given, column.name, values[column.sql_type])
    for name in FILING_CHILDREN:
        table = TABLES[name]
        own = {each.name: values[each.sql_type] for each in table.columns[3:]}
        empty = {
            each.name: (own[each.name] if each.name != "row_number" else 4) if not each.nullable else None
            for each in table.columns[3:]
        }
        if "footnote_id" in own:
            empty["footnote_id"] = "F2"
        setattr(given, name, [table.record(**own), table.record(**empty)])
    store(lake, given)
    with lake.connect() as connection:
        connection.execute("SET TimeZone = 'UTC'")
        for name in ("filings", *FILING_CHILDREN):
            names = list(TABLES[name].column_names())
            found = connection.sql(f"SELECT * FROM {name}").to_arrow_table()
            assert found.column_names == names
            key = {"accession_number": "0000000005-24-000001", "filing_date": MONDAY, "issuer_cik": 5}
            expected = [
                {each: key[each] if each in key else getattr(record, each) for each in names}
                for record in ([given] if name == "filings" else getattr(given, name))
            ]
            rows = found.to_pylist()
            assert len(rows) == len(expected)
            assert all(row in rows for row in expected)
            types = [row[1] for row in connection.sql(f"DESCRIBE {name}").fetchall()]
            declared = [each.sql_type for each in TABLES[name].columns]
            assert types == [each.replace("TIMESTAMPTZ", "TIMESTAMP WITH TIME ZONE") for each in declared]


def test_the_same_again_is_no_commit_and_touches_no_file(lake: Lake, tmp_path: Path) -> None:
    assert store(lake, full_filing("a"), filing("b")) is not None
    before = on_disk(tmp_path / "lake")
    ingest = lake.begin("2024-01-08")
    ingest.add_filing(filing("b"), MONDAY)
    ingest.add_filing(full_filing("a"), MONDAY)
    ingest.add_day(index_day(read_at=NOON + timedelta(days=1)), [entry("a"), entry("b")])
    assert lake.commit(ingest, writer="test") is None
    assert on_disk(tmp_path / "lake") == before


def test_a_filing_given_again_replaces_all_its_rows(lake: Lake, tmp_path: Path) -> None:
    store(lake, full_filing("a"), filing("b"))
    done = store(lake, filing("a", non_derivative_transactions=[bought(1), bought(2)]), filing("b"))
    assert done is not None
    assert (done.filings_added, done.filings_replaced) == (0, 2)
    assert read(lake, "SELECT row_number FROM non_derivative_transactions WHERE accession_number = 'a'") == [(1,), (2,)]
    assert read(lake, "SELECT count(*) FROM footnotes") == [(0,)]
    assert globbed(tmp_path / "lake") == contents(lake)


def test_only_tables_that_change_get_new_files(lake: Lake) -> None:
    store(lake, full_filing("a"))
    before = lake.snapshot()
    changed = replace(full_filing("a"), signatures=[])
    store(lake, changed)
    after = lake.snapshot()
    assert after.files("signatures") == []
    assert after.files("footnotes") == before.files("footnotes")
    assert after.files("filings") == before.files("filings")


def test_a_month_takes_its_days_in_and_a_day_goes_into_its_month(lake: Lake, tmp_path: Path) -> None:
    store(lake, filing("a"))
    store(lake, filing("b", TUESDAY), day=TUESDAY)
    store(lake, filing("c", date(2024, 1, 10)), day=date(2024, 1, 10), period="2024-01")
    assert lake.snapshot().periods == {"2024-01"}
    assert lake.stored(["a", "b", "c"]) == {"a", "b", "c"}
    store(lake, filing("b", TUESDAY, ticker="NEW"), filing("d", TUESDAY), day=TUESDAY)
    assert lake.snapshot().periods == {"2024-01"}
    assert len(lake.snapshot().files("filings")) == 1
    tickers = read(lake, "SELECT accession_number, ticker FROM filings ORDER BY 1")
    assert tickers == [("a", "ISS"), ("b", "NEW"), ("c", "ISS"), ("d", "ISS")]
    assert [each.accession_number for each in lake.index_entries(TUESDAY)] == ["b", "d"]
    assert globbed(tmp_path / "lake") == contents(lake)


def test_a_backfill_of_what_the_days_have_is_no_commit(lake: Lake) -> None:
    store(lake, filing("a"))
    store(lake, filing("b", TUESDAY), day=TUESDAY)
    ingest = lake.begin("2024-01")
    for day, accession in ((MONDAY, "a"), (TUESDAY, "b")):
        ingest.add_filing(filing(accession, day), day)
        ingest.add_day(index_day(day), [entry(accession, day)])
    assert lake.commit(ingest, writer="backfill") is None
    assert lake.snapshot().periods == {"2024-01-08", "2024-01-09"}


def test_an_accession_of_two_indexes_lives_once(lake: Lake, tmp_path: Path) -> None:
    store(lake, full_filing("a"), filing("b"))
    store(lake, replace(full_filing("a"), ticker="LATER"), day=TUESDAY)
    assert read(lake, "SELECT accession_number, ticker FROM filings ORDER BY 1") == [("a", "LATER"), ("b", "ISS")]
    assert read(lake, "SELECT count(*) FROM footnotes") == [(1,)]
    assert [(each.stored, each.missing) for each in lake.coverage(last=TUESDAY)] == [(2, 0), (1, 0)]
    assert globbed(tmp_path / "lake") == contents(lake)


@pytest.mark.parametrize("noted", [True, False])
def test_an_accession_is_found_whatever_year_it_names(lake: Lake, tmp_path: Path, *, noted: bool) -> None:
    late, early = "0001000000-23-000001", "0001000000-24-000001"
    store(lake, filing(late), filing(early))
    if not noted:
        log = next((tmp_path / "lake" / "log").glob("*1.json"))
        entry_made = json.loads(log.read_text())
        for each in entry_made["added"]:
            each.pop("years")
        entry_made.pop("sha256")  # older programs wrote neither
        log.write_text(json.dumps(entry_made))
        lake = Lake.open(tmp_path / "lake", create=True)
    assert lake.stored([late, early, "0001000000-22-000001", "odd"]) == {late, early}
    store(lake, filing(late, ticker="NEW"), day=TUESDAY)
    assert read(lake, "SELECT accession_number, ticker FROM filings ORDER BY ALL") == [(late, "NEW"), (early, "ISS")]


def test_quarantine_keeps_the_first_time_and_ends_with_success(lake: Lake) -> None:
    ingest = lake.begin("2024-01-08")
    ingest.add_quarantined(quarantined("q"), MONDAY)
    ingest.add_day(index_day(), [entry("q")])
    lake.commit(ingest, writer="nightly")
    assert lake.coverage()[0].quarantined == 1

    again = lake.begin("2024-01-08")
    later = NOON + timedelta(days=1)
    again.add_quarantined(quarantined("q", attempts=2, first_seen=later, last_tried=later), MONDAY)
    lake.commit(again, writer="retry")
    row = lake.quarantined(["q", "other"])["q"]
    assert (row.attempts, row.first_seen, row.last_tried) == (2, NOON, later)
    assert [day for day, _ in lake.all_quarantined()] == [MONDAY]

    # It is the next day's index that brings it in the end.
    done = store(lake, filing("q"), day=TUESDAY)
    assert done is not None
    assert done.quarantine_left == 1
    (history,) = done.recovered
    assert (history["accession_number"], history["attempts"], history["reason"]) == ("q", 2, quarantined("q").reason)
    assert (history["first_seen"], history["last_tried"]) == (NOON.isoformat(), later.isoformat())
    assert lake.all_quarantined() == []
    assert [(each.stored, each.quarantined, each.state) for each in lake.coverage(last=TUESDAY)] == [
        (1, 0, "whole")
    ] * 2


def test_index_date_of_quarantine_in_a_compacted_month(lake: Lake) -> None:
    ingest = lake.begin("2024-01")
    ingest.add_quarantined(quarantined("q", date(2024, 1, 5)), TUESDAY)
    ingest.add_day(index_day(TUESDAY), [entry("q", TUESDAY)])
    lake.commit(ingest, writer="backfill")
    assert lake.all_quarantined() == [(TUESDAY, quarantined("q", date(2024, 1, 5)))]


def test_a_stored_filing_is_not_quarantined(lake: Lake) -> None:
    store(lake, filing("a"))
    ingest = lake.begin("2024-01-09")
    ingest.add_quarantined(quarantined("a"), TUESDAY)
    ingest.add_quarantined(quarantined("b"), TUESDAY)
    lake.commit(ingest, writer="nightly")
    assert [row.accession_number for _, row in lake.all_quarantined()] == ["b"]
    assert lake.stored(["a", "b"]) == {"a"}


def test_entries_no_longer_listed_are_kept_and_marked(lake: Lake) -> None:
    ingest = lake.begin("2024-01-08")
    ingest.add_day(index_day(), [entry("a"), entry("b"), entry("c", form_type="144")])
    lake.commit(ingest, writer="nightly")

    reread = lake.begin("2024-01-08")
    later = NOON + timedelta(days=1)
    reread.add_day(index_day(read_at=later), [entry("a")])
    done = lake.commit(reread, writer="nightly")
    assert done is not None
    assert done.delisted == 1
    delisted = {each.accession_number: each.delisted_at for each in lake.index_entries(MONDAY)}
    assert delisted == {"a": None, "b": later, "c": None}
    assert lake.coverage()[0].expected == 1

    # Read once more without it, nothing is new; listed again, it counts again.
    same = lake.begin("2024-01-08")
    same.add_day(index_day(read_at=later + timedelta(days=1)), [entry("a")])
    assert lake.commit(same, writer="nightly") is None
    back = lake.begin("2024-01-08")
    back.add_day(index_day(read_at=later), [entry("a"), entry("b")])
    assert lake.commit(back, writer="nightly") is not None
    assert {each.delisted_at for each in lake.index_entries(MONDAY)} == {None}


def test_an_index_that_could_not_be_read_whole_delists_nothing(lake: Lake) -> None:
    ingest = lake.begin("2024-01-08")
    ingest.add_day(index_day(), [entry("a"), entry("b")])
    lake.commit(ingest, writer="nightly")
    damaged = lake.begin("2024-01-08")
    damaged.add_day(index_day(state="damaged", problem="line 9 is cut"), [entry("a")])
    lake.commit(damaged, writer="nightly")
    assert [each.delisted_at for each in lake.index_entries(MONDAY)] == [None, None]
    day = lake.index_day(MONDAY)
    assert day is not None
    assert (day.state, day.problem, day.read_at) == ("damaged", "line 9 is cut", NOON)
    assert lake.coverage()[0].state == "damaged"


def test_a_holiday_is_complete_and_expects_nothing(lake: Lake) -> None:
    ingest = lake.begin("2024-01-01")
    ingest.add_day(index_day(date(2024, 1, 1), state="holiday", forms=None), [])
    lake.commit(ingest, writer="nightly")
    store(lake, filing("a"))
    found = lake.coverage(date(2024, 1, 1), date(2024, 1, 7))
    assert [(each.index_date, each.state, each.expected) for each in found] == [
        (date(2024, 1, 1), "holiday", 0),
        *((date(2024, 1, day), "never read", 0) for day in (2, 3, 4, 5)),
    ]


def test_coverage_counts_each_expected_filing_once(lake: Lake) -> None:
    ingest = lake.begin("2024-01-08")
    ingest.add_filing(filing("a"), MONDAY)
    ingest.add_quarantined(quarantined("b"), MONDAY)
    ingest.add_day(index_day(forms="4, 4/A"), [entry("a"), entry("b"), entry("c"), entry("d", form_type="3")])
    lake.commit(ingest, writer="nightly")
    (day,) = lake.coverage(last=MONDAY)
    assert (day.forms, day.expected, day.stored, day.quarantined, day.missing) == ("4, 4/A", 3, 1, 1, 1)
    assert day.state == "partial"


def test_rows_that_cannot_be_stored_are_refused(lake: Lake) -> None:
    ingest = lake.begin("2024-01-08")
    ingest.add_filing(filing("a"), MONDAY)
    with pytest.raises(ValueError, match="a: this filing was added already"):
        ingest.add_quarantined(quarantined("a"), MONDAY)
    with pytest.raises(ValueError, match="filing date"):
        ingest.add_filing(filing("b", filing_date=None), MONDAY)
    with pytest.raises(ValueError, match="not within 2024-01-08"):
        ingest.add_filing(filing("c"), TUESDAY)
    with pytest.raises(ValueError, match="without an accession number"):
        ingest.add_filing(filing(""), MONDAY)
    with pytest.raises(ValueError, match="listed twice"):
        ingest.add_day(index_day(), [entry("a"), entry("a")])
    with pytest.raises(ValueError, match="is not a period"):
        lake.begin("January")
    ingest.close()


def test_amounts_are_exact(lake: Lake) -> None:
    rows = [
        bought(1, transaction_shares=Decimal("1000000.0001"), transaction_price_per_share=Decimal("250000.5")),
        bought(2),
    ]
    store(lake, filing("a", non_derivative_transactions=rows))
    values = read(lake, "SELECT value FROM trades ORDER BY row_number")
    assert values == [(Decimal("250000500025.00005"),), (Decimal("1234.56"),)]


def test_many_filings_pass_through_in_batches_and_come_out_sorted(lake: Lake) -> None:
    ingest = lake.begin("2024-01-08")
    for number in range(5_000):
        ingest.add_filing(filing(f"{number:05d}", issuer_cik=number % 7), MONDAY)
    done = lake.commit(ingest, writer="test")
    assert done is not None
    assert done.filings_added == 5_000
    with lake.connect() as connection:
        (path,) = lake.snapshot().files("filings")
        found = connection.sql(f"SELECT issuer_cik, accession_number FROM read_parquet('{path}')").fetchall()
    assert found == sorted(found)
    assert len(found) == 5_000


def test_records_have_no_field_the_tests_forget() -> None:
    columns = {each.name for each in fields(Filing)} - set(FILING_CHILDREN)
    assert columns == set(TABLES["filings"].column_names())
    assert {each.name for each in fields(NonDerivativeTransaction)} < set(
        TABLES["non_derivative_transactions"].column_names()
    )
    assert FORMS.count(",") == 5


def test_a_filing_carries_its_owners_and_footnotes_as_they_are_now(lake: Lake) -> None:
    notes = [Footnote(footnote_id=f"F{each}", footnote_text=f"Text {each}.") for each in (2, 10, 1)]
    given = filing("a", owners=(12, 11), footnotes=notes)
    carried = "SELECT owner_ciks, owner_names, owner_role, footnote_ids, footnote_texts FROM lake_files.filings"
    store(lake, given, filing("b", owners=()))
    owners = ([12, 11], ["Owner 12", "Owner 11"], "Director")
    assert read(lake, f"{carried} ORDER BY accession_number") == [
        (*owners, ["F1", "F10", "F2"], ["Text 1.", "Text 10.", "Text 2."]),
        (None,) * 5,
    ]
    store(lake, replace(given, footnotes=[Footnote(footnote_id="F1", footnote_text="Another.")]))
    assert read(lake, f"{carried} WHERE accession_number = 'a'") == [(*owners, ["F1"], ["Another."])]


def test_the_log_says_when_an_index_date_arrived_first(lake: Lake) -> None:
    first = store(lake, filing("a"), day=MONDAY)
    store(lake, filing("b", TUESDAY), day=TUESDAY)
    store(lake, filing("a"), filing("c"), day=MONDAY)
    assert first is not None
    arrivals = lake.arrivals(MONDAY)
    assert list(arrivals) == [MONDAY, TUESDAY]
    assert arrivals[MONDAY] == first.written_at
    assert list(lake.arrivals(TUESDAY)) == [TUESDAY]
