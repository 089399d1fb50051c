"""The pages of `form4 report`: what they say is what the views say, and nothing in a filing can break them."""

import re
import subprocess
import sys
from collections.abc import Iterator
from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from decimal import Decimal
from pathlib import Path

import duckdb
import pytest
from lxml import html

from form4lake.reports.issuer import UnknownTicker
from form4lake.reports.numbers import count, dollars, exact_dollars, quarters
from form4lake.reports.overview import CLUSTER
from form4lake.reports.page import write_report, write_site
from form4lake.storage import Lake
from form4lake.tables import DatasetRead
from form4lake.tests.builders.lakes import (
    MONDAY,
    NOON,
    bought,
    entry,
    filing,
    full_filing,
    index_day,
    quarantined,
    store,
)

HOSTILE = "<script>alert('1')</script> & \"Sons\" </style></svg>"
AS_OF = "SET VARIABLE as_of = TIMESTAMPTZ '2024-01-16 12:00 America/New_York'"
WEEK = [MONDAY + timedelta(n) for n in range(5)]


@pytest.fixture
def lake(tmp_path: Path) -> Lake:
    return Lake.open(tmp_path / "lake", create=True)


@pytest.fixture(scope="module")
def week(tmp_path_factory: pytest.TempPathFactory) -> Lake:
    """A lake of a week; no test writes to it."""
    return filled(Lake.open(tmp_path_factory.mktemp("week") / "lake", create=True))


def filled(lake: Lake) -> Lake:
    """Monday complete, Tuesday with one in quarantine and one missing, Wednesday all missing, Thursday a holiday; the
    Monday after complete, so that Friday was never read. Three insiders buy; one price is absent."""
    monday, tuesday, wednesday, thursday, _ = WEEK
    store(
        lake,
        full_filing("0000000001-24-000001"),
        filing("0000000001-24-000002", owners=(12, 13), non_derivative_transactions=[bought()]),
        filing("0000000001-24-000003", owners=(14,), non_derivative_transactions=[bought(transaction_code="S")]),
    )
    ingest = lake.begin("2024-01")
    unpriced = [bought(transaction_price_per_share=None), bought(2, transaction_shares=Decimal(900000))]
    ingest.add_filing(
        filing("0000000001-24-000004", tuesday, owners=(15,), non_derivative_transactions=unpriced), tuesday
    )
    ingest.add_filing(
        filing("0000000001-24-000005", tuesday, owners=(16,), issuer_cik=6, issuer_name=HOSTILE, ticker="EVIL"), tuesday
    )
    ingest.add_quarantined(quarantined("0000000001-24-000006", tuesday, reason=HOSTILE), tuesday)
    ingest.add_day(index_day(tuesday), [entry(f"0000000001-24-00000{n}", tuesday) for n in (4, 5, 6, 7)])
    ingest.add_day(index_day(wednesday), [entry("0000000001-24-000008", wednesday)])
    ingest.add_day(index_day(thursday, state="holiday", forms=None), [])
    lake.commit(ingest, writer="test")
    store(lake, filing("0000000001-24-000009", monday + timedelta(7)), day=monday + timedelta(7))
    return lake


@pytest.fixture
def connection(week: Lake) -> Iterator[duckdb.DuckDBPyConnection]:
    with week.connect() as connection:
        connection.execute(AS_OF)
        yield connection


def page(lake: Lake, path: Path, **options: object) -> html.HtmlElement:
    with lake.connect() as connection:
        connection.execute(AS_OF)
        write_report(connection, path, **options)  # type: ignore[arg-type]
    return html.fromstring(path.read_text(encoding="utf-8"))


def days(document: html.HtmlElement) -> dict[date, str]:
    """What the calendar says of each day."""
    said = [each.get("title").split(": ", 1) for each in document.xpath("//i[@title]")]
    return {date.fromisoformat(day): words for day, words in said}


def section(document: html.HtmlElement, name: str) -> str:
    (found,) = document.xpath(f"//section[@id='{name}']")
    return " ".join(found.text_content().split())


def test_the_calendar_says_what_coverage_says(
    week: Lake, connection: duckdb.DuckDBPyConnection, tmp_path: Path
) -> None:
    said = days(page(week, tmp_path / "report.html"))
    rows = connection.sql("SELECT index_date, state, expected, stored, quarantined, missing FROM coverage").fetchall()
    assert said.keys() == {row[0] for row in rows}
    for day, state, *numbers in rows:
        words = said[day]
        found = {name: int(count) for count, name in re.findall(r"(\d+) (of|stored|quarantined|missing)", words)}
        if state in ("holiday", "never read"):
            assert words == state
        else:
            stored, expected = found["of"], found["stored"]
            assert [expected, stored, found.get("quarantined", 0), found.get("missing", 0)] == numbers


def test_each_standing_has_its_class_and_word(week: Lake, tmp_path: Path) -> None:
    cells = page(week, tmp_path / "report.html").xpath("//i[@title]")
    stands = {each.get("title").split(":")[0]: each.get("class") for each in cells}
    monday, tuesday, wednesday, thursday, friday = map(str, WEEK)
    assert [stands[each] for each in (monday, tuesday, wednesday, thursday, friday)] == [
        "complete",
        "partial",
        "missing",
        "holiday",
        "never-read",
    ]
    assert len(stands) == 6, "weekends and days outside are not shown"


def test_sums_are_those_of_the_views_and_absent_is_not_zero(
    week: Lake, connection: duckdb.DuckDBPyConnection, tmp_path: Path
) -> None:
    document = page(week, tmp_path / "report.html")
    rows = document.xpath("//section[@id='trading']//table[@class='periods']/tbody/tr")
    said = {row[0].text: [cell.text for cell in row[1:]] for row in rows}
    assert said[str(MONDAY)] == ["2", "0", "$2,469", "1", "0", "$1,235"]
    assert said[str(WEEK[1])] == ["3", "1", "$11.11 million", "0", "0", "\N{EN DASH}"]
    ((total, unpriced),) = connection.sql("SELECT count(*), count(*) - count(value) FROM insider_buys").fetchall()
    assert sum(int(row[0]) for row in said.values()) == total
    assert sum(int(row[1]) for row in said.values()) == unpriced == 1
    ((lake_rows,),) = connection.sql("SELECT sum(row_count)::BIGINT FROM lake_tables").fetchall()
    assert f"{lake_rows} rows" in section(document, "size")
    assert "implausible date" in section(document, "quality")


def test_clusters_and_largest_trades_link_to_the_sec_alone(week: Lake, tmp_path: Path) -> None:
    document = page(week, tmp_path / "report.html")
    assert "Issuer ISS" in section(document, "clusters")
    links = document.xpath("//a/@href")
    assert "https://www.sec.gov/Archives/edgar/data/5/0000000001-24-000004.txt" in links
    assert all(each.startswith("https://www.sec.gov/Archives/") for each in links)


def test_the_numbers_of_clusters_and_largest_trades_are_those_of_the_views(
    week: Lake, connection: duckdb.DuckDBPyConnection, tmp_path: Path
) -> None:
    document = page(week, tmp_path / "page.html")

    def cells(name: str, kind: str) -> list[str]:
        found = document.xpath(f"//section[@id='{name}']//td[@data-name='{kind}']")
        return [" ".join(cell.text_content().split()) for cell in found]

    clusters = connection.sql(
        f"SELECT insiders, value FROM cluster_buys{CLUSTER} ORDER BY last_purchase DESC, value DESC"
    ).fetchall()
    assert clusters
    assert cells("clusters", "insiders") == [count(each) for each, _ in clusters]
    assert cells("clusters", "value") == [dollars(each) for _, each in clusters]
    for name, view in (("purchases", "insider_buys"), ("sales", "insider_sells")):
        largest = connection.sql(
            f"SELECT transaction_shares, value FROM {view} WHERE value > 0 ORDER BY value DESC, accession_number"
        ).fetchall()
        assert cells(name, "value") == [dollars(each) for _, each in largest]
        assert cells(name, "shares") == [count(each) for each, _ in largest]


def test_texts_of_filings_are_escaped(week: Lake, tmp_path: Path) -> None:
    for options in ({}, {"ticker": "evil"}):
        path = tmp_path / "page.html"
        document = page(week, path, **options)
        assert not document.xpath("//script")
        assert "<script" not in path.read_text()
        assert HOSTILE.split()[0] in " ".join(document.text_content().split())


def test_a_link_that_leaves_the_archive_is_text(lake: Lake, tmp_path: Path) -> None:
    store(lake, filing("0000000001-24-000001", source_path=None))
    assert not page(lake, tmp_path / "page.html").xpath("//a")


def test_an_empty_lake_and_one_without_trades_have_a_page(lake: Lake, tmp_path: Path) -> None:
    assert "empty" in page(lake, tmp_path / "page.html").text_content()
    store(lake, filing("0000000001-24-000001", non_derivative_transactions=[]))
    assert "None" in section(page(lake, tmp_path / "page.html"), "trading")


def test_since_leaves_out_what_is_older(week: Lake, tmp_path: Path) -> None:
    since = MONDAY + timedelta(7)
    document = page(week, tmp_path / "page.html", since=since)
    assert list(days(document)) == [since]
    assert "1 filings" in document.text_content()


def test_years_that_nobody_looked_at_are_one_line(lake: Lake, tmp_path: Path) -> None:
    store(lake, filing("0000000001-24-000001"))
    store(lake, filing("0000000001-09-000001", date(2009, 3, 2)), day=date(2009, 3, 2))
    document = page(lake, tmp_path / "page.html")
    assert "2010 to 2023: never read" in section(document, "coverage")


def test_an_issuer_has_its_insiders_holdings_and_amendments(lake: Lake, tmp_path: Path) -> None:
    amendment = replace(
        filing(
            "0000000001-24-000010",
            MONDAY + timedelta(8),
            owners=(14,),
            form_type="4/A",
            accepted_at=datetime(2024, 1, 16, 14, tzinfo=UTC),
            non_derivative_transactions=[bought(transaction_code="S", transaction_price_per_share=Decimal(20))],
        ),
        period_of_report=MONDAY,
        date_of_original_submission=MONDAY,
    )
    store(filled(lake), amendment, day=MONDAY + timedelta(8))
    document = page(lake, tmp_path / "page.html", ticker=" iss ")
    marks = document.xpath("//section[@id='timeline']//div[@class='wide']//*[local-name()='title']/text()")
    assert "Owner 12 + 1 more, 2024-01-08: 1 purchase, $1,235" in marks
    assert "Owner 15, 2024-01-08: 2 purchases, $11.11 million" in marks
    assert [each for each in marks if "sale" in each] == ["Owner 14, 2024-01-08: 1 sale, $2,000"], "as amended"
    filings = section(document, "filings")
    assert "4/A amendment" in filings
    assert "amended by 0000000001-24-000010" in filings
    assert "7" in section(document, "holdings")


def test_an_unknown_ticker_names_those_near(week: Lake, tmp_path: Path) -> None:
    with pytest.raises(UnknownTicker, match=r"ISX; near it are ISS \(Issuer\)"):
        page(week, tmp_path / "page.html", ticker="ISX")
    assert not list(tmp_path.glob("*.html"))


def test_pages_load_no_prefect() -> None:
    script = "import sys, form4lake.reports, form4lake.commands.report; print({'prefect'} & {*sys.modules})"
    done = subprocess.run([sys.executable, "-c", script], capture_output=True, text=True, check=True)
    assert done.stdout.strip() == "set()"


def test_what_the_lake_has_from_data_sets_is_told_apart(lake: Lake, tmp_path: Path) -> None:
    ingest = lake.begin(MONDAY.isoformat())
    ingest.add_filing(filing("0000000001-24-000001"), MONDAY)
    ingest.add_day(index_day(), [entry("0000000001-24-000001"), entry("0000000001-24-000002")])
    lake.commit(ingest, writer="test")
    quarter = lake.begin("2024Q1")
    quarter.add_filing(filing("0000000001-24-000002", source_format="dataset"), MONDAY)
    read_whole = {"filings": 1, "read_at": NOON, "source_path": "/files/x.zip", "content_sha256": "ab"}
    quarter.add_dataset(DatasetRead(quarter="2024Q1", **read_whole))
    lake.commit(quarter, writer="test")
    document = page(lake, tmp_path / "page.html")
    assert days(document)[MONDAY] == "partial, 1 of 2 stored, 1 missing, 1 of these from data sets"
    assert "From data sets" in section(document, "coverage")
    said = section(document, "quality")
    assert "data sets of 2024Q1 were read; 1 of the filings are from them only" in said


def test_quarters_in_a_row_are_named_by_their_ends() -> None:
    assert quarters(["2023Q3", "2023Q4", "2024Q1", "2024Q3"]) == "2023Q3 to 2024Q1, 2024Q3"
    assert quarters([]) == ""


def test_it_says_how_soon_filings_were_there(week: Lake, tmp_path: Path) -> None:
    path = tmp_path / "report.html"
    with week.connect() as connection:
        write_report(connection, path, arrivals={MONDAY: datetime(2024, 1, 9, 1, 30, 1, tzinfo=UTC)})
        (said,) = html.parse(path).xpath("//p[@id='latency']")
        assert "Of the 1 filings that 1 newest index dates list, half were in the lake 4.0 hours" in said.text
        write_report(connection, path, arrivals={WEEK[1]: datetime(2024, 1, 9, 1, 30, 1, tzinfo=UTC)})
        assert html.parse(path).xpath("//p[@id='latency']") == []


def test_what_people_look_for_comes_first_and_coverage_last(week: Lake, tmp_path: Path) -> None:
    document = page(week, tmp_path / "report.html", today=date(2024, 1, 16))
    facts = {each.find("dt").text: each.find("dd").text for each in document.xpath("//dl[@class='facts']/div")}
    assert list(facts.items())[:4] == [
        ("newest day up to which all are complete", "2024-01-08"),
        ("business days behind EDGAR", "4"),
        ("rounded to two decimals: from data sets only", "0 %"),
        ("filings stored", "6"),
    ]
    order = [each.get("id") for each in document.xpath("//section")]
    assert order[:3] == ["clusters", "purchases", "sales"]
    assert order[-2:] == ["coverage", "size"]


def test_purchases_are_not_slivers_beside_sales(lake: Lake, tmp_path: Path) -> None:
    store(
        lake,
        filing("0000000001-24-000001", non_derivative_transactions=[bought()]),
        filing(
            "0000000001-24-000002",
            owners=(12,),
            non_derivative_transactions=[bought(transaction_code="S", transaction_shares=Decimal(900000000))],
        ),
    )
    document = page(lake, tmp_path / "report.html")
    bars = "//section[@id='trading']//div[@class='wide']//*[local-name()='path'][*[local-name()='title']]"
    said = {each[0].text.split()[1]: each.get("d") for each in document.xpath(bars)}
    heights = {kind: float(re.findall(r"[vV](-?[\d.]+)", drawn)[0]) for kind, drawn in said.items()}
    assert heights.keys() == {"bought", "sold"}
    assert all(abs(height) > 50 for height in heights.values()), heights


def site(lake: Lake, folder: Path) -> dict[str, html.HtmlElement]:
    with lake.connect() as connection:
        connection.execute(AS_OF)
        write_site(connection, folder, today=date(2024, 1, 16))
    return {each.name: html.fromstring(each.read_text(encoding="utf-8")) for each in folder.glob("*.html")}


def test_a_site_has_the_pages_of_the_issuers_it_names_and_every_link_leads_somewhere(
    lake: Lake, tmp_path: Path
) -> None:
    store(lake, filing("0000000001-24-000001", issuer_cik=6, issuer_name=HOSTILE, ticker="../../EVIL"))
    pages = site(lake, tmp_path / "site")
    assert pages.keys() == {"index.html", "issuer-0000000006.html"}
    (name,) = pages["index.html"].xpath("//section[@id='purchases']//th/a")
    assert (name.text, name.get("href")) == (HOSTILE, "issuer-0000000006.html")
    assert "index.html" in pages["issuer-0000000006.html"].xpath("//a/@href")
    for document in pages.values():
        assert not document.xpath("//script|//iframe|//link[@rel='stylesheet']")
        for link in document.xpath("//a"):
            if link.get("href") not in pages:
                assert link.get("href").startswith("https://www.sec.gov/Archives/")
                assert "noopener" in link.get("rel").split()


def test_a_second_site_replaces_its_pages_and_leaves_other_files(lake: Lake, tmp_path: Path) -> None:
    store(lake, filing("0000000001-24-000001"))
    folder = tmp_path / "site"
    folder.mkdir()
    for name in ("notes.txt", "index.html"):
        (folder / name).write_text("old")
    for _ in range(2):
        assert "Insider trades" in site(lake, folder)["index.html"].text_content()
    assert (folder / "notes.txt").read_text() == "old"
    assert sorted(each.name for each in folder.iterdir()) == ["index.html", "issuer-0000000005.html", "notes.txt"]


def test_the_trades_of_an_issuer_are_those_of_the_view_and_null_is_a_dash(
    week: Lake, connection: duckdb.DuckDBPyConnection, tmp_path: Path
) -> None:
    document = page(week, tmp_path / "page.html", ticker="ISS")
    cells = document.xpath("//section[@id='trades']//tbody/tr")
    said = sorted([" ".join(cell.text_content().split()) for cell in row] for row in cells)
    dash = "\N{EN DASH}"
    directions = {"A": ", acquired", "D": ", disposed of"}
    expected = []
    for owners, role, dated, meaning, title, derivative, direction, shares, price, value, plan in connection.sql(
        "SELECT owner_names, owner_role, transaction_date, coalesce(code_meaning, transaction_code), security_title, "
        "is_derivative, transaction_acquired_disposed_code, transaction_shares, transaction_price_per_share, value, "
        "plan FROM trade_plans WHERE issuer_cik = 5 AND NOT is_amended AND NOT is_withdrawn"
    ).fetchall():
        more = f" + {len(owners) - 1} more" if len(owners) > 1 else ""
        kind = ", derivative" if derivative else ""
        planned = {"under a plan": "under a plan", "denied": "not under a plan"}.get(plan, dash)
        expected.append(
            [
                f"{owners[0]}{more} {role or dash}",
                str(dated or dash),
                f"{meaning or dash} {title or dash}{kind}{directions.get(direction, '')}",
                count(shares),
                exact_dollars(price),
                dollars(value),
                planned,
            ]
        )
    assert said == sorted(expected)
    unpriced = [row for row in said if row[4] == dash]
    assert unpriced
    assert all(row[5] == dash for row in unpriced)


def test_hostile_owners_titles_and_roles_are_text_on_an_issuers_page(lake: Lake, tmp_path: Path) -> None:
    hostile = filing("0000000001-24-000001", non_derivative_transactions=[bought(security_title=HOSTILE)])
    for owner in hostile.reporting_owners:
        owner.owner_name = HOSTILE
        owner.is_officer, owner.officer_title = True, HOSTILE
    store(lake, hostile)
    document = page(lake, tmp_path / "page.html", ticker="ISS")
    assert not document.xpath("//script|//*[@onerror]")
    assert section(document, "trades").count("<script>alert('1')</script>") == 3
