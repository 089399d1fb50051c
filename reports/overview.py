"""What the page of the whole lake says, asked of the views."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from decimal import Decimal
from typing import Any

import duckdb

from ..tables import columns_of
from .account import Account, account
from .calendar import Day, Standing
from .latency import Latency, read_latency
from .trading import Period, Trade, largest, periods

NEWEST_CLUSTERS, LARGEST, ISSUES_SHOWN, REASONS_SHOWN = 10, 10, 20, 20
CLUSTER = (30, 3, 100_000)
"""Days, insiders and dollars that make a cluster."""
NEED_A_LOOK = (Standing.PARTIAL, Standing.MISSING, Standing.NO_INDEX, Standing.NOT_PUBLISHED, Standing.NEVER_READ)
"""Days that stand so are not complete."""
RECENT_DAYS = 90
"""How far back the largest trades go where no date is given."""


@dataclass(frozen=True, slots=True)
class Month:
    """A month of the view `coverage`, summed."""

    month: date
    days: int
    """Days with an index."""
    expected: int
    stored: int
    quarantined: int
    missing: int
    from_datasets: int


@dataclass(frozen=True, slots=True)
class Cluster:
    """A row of the macro `cluster_buys`."""

    issuer_cik: int | None
    issuer_name: str | None
    ticker: str | None
    first_purchase: date
    last_purchase: date
    insiders: int
    purchases: int
    value: Decimal | None
    owner_names: list[str]
    filings: list[tuple[str, str | None]]
    """Accession number and address of each filing that reports it."""


@dataclass(frozen=True, slots=True)
class Reason:
    """Filings in quarantine for one reason, and one of them."""

    stage: str
    reason: str
    filings: int
    example: str
    url: str


@dataclass(frozen=True, slots=True)
class Source:
    """How many filings were read from one format in one way."""

    source_format: str | None
    parse_mode: str | None
    filings: int


@dataclass(frozen=True, slots=True)
class Issue:
    """What could not be typed, or is doubtful, in one column."""

    table_name: str
    column_name: str | None
    reason: str
    count: int
    filings: int


@dataclass(frozen=True, slots=True)
class TableSize:
    """What a table takes."""

    name: str
    rows: int
    files: int
    bytes: int


@dataclass(frozen=True, slots=True)
class Overview:
    """The lake, or its part since a date, as the page shows it."""

    version: int
    since: date | None
    filings: int
    first_filed: date | None
    last_filed: date | None
    days: list[Day]
    account: Account | None
    """How far these days are complete; None: there are none."""
    months: list[Month]
    periods: list[Period]
    clusters: list[Cluster]
    largest_since: date | None
    purchases: list[Trade]
    sales: list[Trade]
    reasons: list[Reason]
    sources: list[Source]
    issues: list[Issue]
    tables: list[TableSize]
    datasets: list[str]
    """The quarters whose data sets were read, as 2024Q1, oldest first; whatever the date."""
    latency: Latency | None
    """Of the days that arrived lately."""

    @property
    def look(self) -> list[Day]:
        """The days that a person should look at, newest first."""
        return sorted((day for day in self.days if day.standing in NEED_A_LOOK), reverse=True, key=_dated)

    @property
    def business_days(self) -> int:
        """The days on which EDGAR published an index, or should have."""
        return sum(day.standing is not Standing.HOLIDAY for day in self.days)

    @property
    def from_datasets(self) -> int:
        """Filings that are known from data sets only."""
        return sum(each.filings for each in self.sources if each.source_format == "dataset")

    @property
    def rounded(self) -> str:
        """The share of filings from data sets only, in per cent; `0` says that there is none."""
        if not self.from_datasets:
            return "0"
        return f"{max(0.1, 100 * self.from_datasets / self.filings):.1f}"

    @property
    def issuers(self) -> list[int]:
        """The CIKs of all issuers that the page names, each once, in its order."""
        named = [each.issuer_cik for each in self.clusters]
        named += [each.issuer_cik for each in (*self.purchases, *self.sales)]
        return list(dict.fromkeys(cik for cik in named if cik is not None))

    @property
    def recovered(self) -> int:
        """Filings whose broken markup was repaired."""
        return sum(each.filings for each in self.sources if each.parse_mode == "recovered")


def _dated(day: Day) -> date:
    return day.index_date


def read_overview(
    connection: duckdb.DuckDBPyConnection,
    since: date | None,
    arrivals: Mapping[date, datetime],
    forms: Collection[str],
    today: date,
) -> Overview:
    """All that the page shows, of days and filings since a date or of all.

    `arrivals` says when index dates were committed first; a day is complete if it was read for all of `forms`. `today`
    is New York's date.

    Raises:
        duckdb.Error: the lake's files cannot be read.
    """

    def ask(sql: str, *values: Any) -> list[tuple[Any, ...]]:
        return connection.execute(sql, values).fetchall()

    dates = [since] if since else []
    filed = "WHERE filing_date >= ?" if since else ""
    indexed = "WHERE index_date >= ?" if since else ""
    ((version,),) = ask("SELECT version FROM lake_snapshot")
    ((filings, first, last),) = ask(f"SELECT count(*), min(filing_date), max(filing_date) FROM filings {filed}", *dates)
    columns = [each.name for each in columns_of(Day)]
    covered = ask(f"SELECT {', '.join(columns)} FROM coverage {indexed} ORDER BY index_date", *dates)
    days = [Day(**dict(zip(columns, row, strict=True))) for row in covered]
    largest_since = since or (max(first, last - timedelta(RECENT_DAYS)) if last else None)
    issues = (
        f"SELECT table_name, column_name, reason, count(*), count(DISTINCT accession_number) FROM parse_issues {filed} "
        f"GROUP BY ALL ORDER BY 4 DESC, 1, 2, 3 LIMIT {ISSUES_SHOWN}"
    )
    return Overview(
        version=version,
        since=since,
        filings=filings,
        first_filed=first,
        last_filed=last,
        days=days,
        account=account(days, today, forms),
        months=_months(days),
        periods=periods(connection, since, None),
        clusters=_clusters(connection, since),
        largest_since=largest_since,
        purchases=largest(connection, "insider_buys", largest_since, LARGEST) if largest_since else [],
        sales=largest(connection, "insider_sells", largest_since, LARGEST) if largest_since else [],
        reasons=[
            Reason(*row)
            for row in ask(
                "SELECT stage, reason, count(*) AS filings, max(accession_number), "
                "'https://www.sec.gov/Archives/' || arg_max(source_path, accession_number) "
                f"FROM quarantine {filed} GROUP BY ALL ORDER BY filings DESC, reason LIMIT {REASONS_SHOWN}",
                *dates,
            )
        ],
        sources=[
            Source(*row)
            for row in ask(
                f"SELECT source_format, parse_mode, count(*) AS filings FROM filings {filed} "
                "GROUP BY ALL ORDER BY filings DESC",
                *dates,
            )
        ],
        issues=[Issue(*row) for row in ask(issues, *dates)],
        tables=[
            TableSize(*row) for row in ask("SELECT table_name, row_count, file_count, byte_count FROM lake_tables")
        ],
        datasets=[quarter for (quarter,) in ask("SELECT quarter FROM datasets ORDER BY quarter")],
        latency=read_latency(connection, arrivals),
    )


def _months(days: Sequence[Day]) -> list[Month]:
    by_month: dict[date, list[Day]] = defaultdict(list)
    for day in days:
        by_month[day.index_date.replace(day=1)].append(day)
    return [
        Month(
            month,
            days=sum(day.state in ("whole", "partial", "damaged") for day in each),
            expected=sum(day.expected for day in each),
            stored=sum(day.stored for day in each),
            quarantined=sum(day.quarantined for day in each),
            missing=sum(day.missing for day in each),
            from_datasets=sum(day.from_datasets for day in each),
        )
        for month, each in sorted(by_month.items())
    ]


def _clusters(connection: duckdb.DuckDBPyConnection, since: date | None) -> list[Cluster]:
    days, insiders, value = CLUSTER
    found = connection.execute(
        "SELECT issuer_cik, issuer_name, ticker, first_purchase, last_purchase, insiders, purchases, value, "
        f"owner_names, accession_numbers FROM cluster_buys({days}, {insiders}, {value}) WHERE last_purchase >= ? "
        f"ORDER BY last_purchase DESC, value DESC NULLS LAST, issuer_cik LIMIT {NEWEST_CLUSTERS}",
        [since or date.min],
    ).fetchall()
    # By issuer, in whose order the files are: so DuckDB reads little of them.
    urls: dict[str, str | None] = dict(
        connection.execute(
            "SELECT accession_number, 'https://www.sec.gov/Archives/' || source_path FROM filings "
            "SEMI JOIN (SELECT unnest(?::BIGINT[]) AS issuer_cik, unnest(?::VARCHAR[]) AS accession_number) "
            "USING (issuer_cik, accession_number)",
            [[cik for cik, *_, each in found for _ in each], [accession for *_, each in found for accession in each]],
        ).fetchall()
    )
    return [
        Cluster(
            issuer_cik=cik,
            issuer_name=name,
            ticker=ticker,
            first_purchase=first,
            last_purchase=last,
            insiders=buyers,
            purchases=purchases,
            value=paid,
            owner_names=owners,
            filings=[(each, urls.get(each)) for each in accessions],
        )
        for cik, name, ticker, first, last, buyers, purchases, paid, owners, accessions in found
    ]
