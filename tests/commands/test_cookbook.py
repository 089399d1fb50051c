"""Every question of docs/sql.md is asked of a lake of synthetic filings, and has an answer."""

import re
from collections import defaultdict
from collections.abc import Iterator
from datetime import UTC, date, datetime
from pathlib import Path

import duckdb
import pytest

from form4lake.parsers import parse_submission
from form4lake.replica import generate_archive
from form4lake.storage import Lake
from form4lake.tables import OWNERSHIP_FORMS, IndexDay, IndexEntry, QuarantinedFiling

COOKBOOK = Path(__file__).parents[2] / "docs" / "sql.md"
QUESTIONS = re.findall(
    r"^## (\d+\. [^\n]+)\n.*?```sql\n(.*?)```", COOKBOOK.read_text(encoding="utf-8"), re.DOTALL | re.MULTILINE
)
DAYS = [date(2022, 6, 6), date(2022, 6, 7), date(2024, 1, 10), date(2024, 1, 11), date(2026, 3, 23), date(2026, 3, 24)]
APPLE = "320193"
READ = datetime(2026, 3, 25, tzinfo=UTC)


@pytest.fixture(scope="module")
def lake(tmp_path_factory: pytest.TempPathFactory) -> Iterator[duckdb.DuckDBPyConnection]:
    """Filings before the 10b5-1 box and of foreign issuers, amendments, one broken number, one filing in quarantine."""
    archive = generate_archive(11, DAYS, 700)
    lake = Lake.open(tmp_path_factory.mktemp("cookbook") / "lake", create=True)
    months: dict[str, list[date]] = defaultdict(list)
    for day in DAYS:
        months[f"{day:%Y-%m}"].append(day)
    lost, broken = archive.accessions(DAYS[0])[0], archive.accessions(DAYS[0])[1]
    for month, days in months.items():
        ingest = lake.begin(month)
        for day in days:
            entries = []
            for number in archive.accessions(day):
                path, form = archive.path_of(number), archive.truth[number].form_type
                entries.append(
                    IndexEntry(
                        accession_number=number, filing_date=day, index_date=day, form_type=form, source_path=path
                    )
                )
                raw = archive.submissions[number]
                if number == broken:
                    raw = re.sub(rb"<sharesOwnedFollowingTransaction>\s*<value>", rb"\g<0>about ", raw)
                if number == lost:
                    ingest.add_quarantined(
                        QuarantinedFiling(
                            accession_number=number,
                            filing_date=day,
                            form_type=form,
                            source_path=path,
                            stage="fetch",
                            reason="cut off",
                            attempts=1,
                            first_seen=READ,
                            last_tried=READ,
                        ),
                        day,
                    )
                else:
                    ingest.add_filing(parse_submission(raw, source_path=path), day)
            ingest.add_day(
                IndexDay(index_date=day, state="whole", forms=",".join(OWNERSHIP_FORMS), read_at=READ), entries
            )
        lake.commit(ingest, writer="test")
    with lake.connect() as connection:
        yield connection


def test_there_are_thirty_questions() -> None:
    assert [int(title.split(".")[0]) for title, _ in QUESTIONS] == list(range(1, 31))
    assert COOKBOOK.read_text(encoding="utf-8").count("```sql") == 30


@pytest.mark.parametrize(("title", "question"), QUESTIONS, ids=[title for title, _ in QUESTIONS])
def test_a_question_has_an_answer(lake: duckdb.DuckDBPyConnection, title: str, question: str) -> None:
    ((busiest,),) = lake.sql(
        "SELECT issuer_cik FROM non_derivative_transactions GROUP BY ALL ORDER BY count(*) DESC, issuer_cik LIMIT 1"
    ).fetchall()
    assert lake.sql(question.replace(APPLE, str(busiest))).fetchall() != []
