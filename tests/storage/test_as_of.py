"""As of a moment every view answers as a lake that was stopped then."""

from datetime import UTC, date, datetime, time, timedelta
from pathlib import Path
from zoneinfo import ZoneInfo

import duckdb
import pytest

from form4lake.replica import business_days, generate_archive
from form4lake.storage import Lake
from form4lake.storage.read.views import views
from form4lake.tables import TABLES, Filing
from form4lake.tests.builders.lakes import FORMS, entry, index_day

pytestmark = pytest.mark.flow

DAYS = business_days(date(2024, 1, 2), 12, [])
MOMENT = datetime(2024, 1, 10, 22, 30, tzinfo=UTC)
"""Half past five in the afternoon in New York: some filings of the day are out, some not."""


def stopped(folder: Path, filings: list[Filing], last: date) -> Lake:
    """A lake of filings, with the indexes of the days up to a last one."""
    lake = Lake.open(folder, create=True)
    ingest = lake.begin("2024-01")
    for each in filings:
        ingest.add_filing(each, each.filing_date or last)
    for day in DAYS:
        if day <= last:
            listed = [each for each in filings if each.filing_date == day]
            ingest.add_day(
                index_day(day, forms=FORMS), [entry(each.accession_number, day, each.form_type) for each in listed]
            )
    lake.commit(ingest, writer="test")
    return lake


def public_at(filing: Filing) -> datetime:
    """When it was accepted, else the end of its filing date."""
    assert filing.filing_date
    midnight = datetime.combine(filing.filing_date + timedelta(days=1), time(), ZoneInfo("America/New_York"))
    return filing.accepted_at or midnight


APART = ("business_days", "first_seen")
"""Views that say nothing of filings, or when each lake had them."""


def answers(connection: duckdb.DuckDBPyConnection) -> dict[str, list[tuple[object, ...]]]:
    plain = [each.name for each in views() if not each.parameters and each.name not in APART]
    asked = {name: f"FROM {name}" for name in (*TABLES, *plain)}
    asked["cluster_buys"] = "FROM cluster_buys(30, 2, 1)"
    return {name: connection.sql(f"{query} ORDER BY ALL").fetchall() for name, query in asked.items()}


@pytest.mark.parametrize("hour", [20, 22])
def test_a_lake_that_went_on_answers_as_one_that_was_stopped(tmp_path: Path, hour: int) -> None:
    moment = MOMENT.replace(hour=hour)
    filings = list(generate_archive(4, DAYS, 300).truth.values())
    public = [each for each in filings if public_at(each) <= moment]
    of_the_day = [each for each in filings if each.filing_date == moment.date()]
    assert 0 < len([each for each in of_the_day if each in public]) < len(of_the_day)
    whole = stopped(tmp_path / "whole", filings, DAYS[-1])
    then = stopped(tmp_path / "then", public, max(day for day in DAYS if day < moment.date()))
    with whole.connect() as connection:
        now = answers(connection)
        connection.execute(f"SET VARIABLE as_of = TIMESTAMPTZ '{moment.isoformat()}'")
        found = answers(connection)
        connection.execute("RESET VARIABLE as_of")
        assert answers(connection) == now
    with then.connect() as connection:
        expected = answers(connection)
        # Coverage goes on to the day on which it is asked, whatever the lake has.
        connection.execute(f"SET VARIABLE as_of = TIMESTAMPTZ '{moment.isoformat()}'")
        expected["coverage"] = connection.sql("FROM coverage ORDER BY ALL").fetchall()
    assert [name for name in found if found[name] != expected[name]] == []
    assert found["superseded"]
    assert len(now["superseded"]) > len(found["superseded"])


def test_where_no_hour_is_known_a_filing_is_public_from_the_end_of_its_day(tmp_path: Path) -> None:
    filings = list(generate_archive(5, DAYS[:2], 10).truth.values())
    for each in filings:
        each.accepted_at = None
    lake = stopped(tmp_path / "lake", filings, DAYS[1])
    first = sum(each.filing_date == DAYS[0] for each in filings)
    with lake.connect() as connection:
        for moment, expected in (("2024-01-02 23:59:59", 0), ("2024-01-03 00:00:00", first)):
            connection.execute(f"SET VARIABLE as_of = TIMESTAMPTZ '{moment} America/New_York'")
            assert connection.sql("SELECT count(*) FROM filings").fetchall() == [(expected,)]
            assert connection.sql("SELECT count(DISTINCT accession_number) FROM reporting_owners").fetchall() == [
                (expected,)
            ]


def test_unset_it_costs_nothing(tmp_path: Path) -> None:
    lake = stopped(tmp_path / "lake", list(generate_archive(5, DAYS[:2], 10).truth.values()), DAYS[1])
    with lake.connect() as connection:
        for name in ("reporting_owners", "footnotes", "superseded", "filings"):
            ((_, plan),) = connection.sql(f"EXPLAIN SELECT accession_number FROM {name}").fetchall()
            assert "JOIN" not in plan.upper(), name
            assert "FILTER" not in plan.upper(), name
