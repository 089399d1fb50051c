"""What a backfill would take, before it is begun: requests, and the time they take at the configured rate."""

from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, timedelta
from pathlib import Path

from ...crawler import EdgarClient, dataset_name, survey_days
from ...edgar_calendar import Quarter
from ...settings import Settings, dataset_folder
from ...storage import Lake, LakeMissing
from ...tables import DayCoverage
from .days import denial, exact, older_days, settled

FILINGS_A_DAY = 564
"""Of a day of which nothing is known: 36,075 filings on 64 business days, in the SEC's data set of 2024Q3."""
DATASET_MEGABYTES = 12
"""What a quarter's data set has, about."""


@dataclass(frozen=True)
class Part:
    """Some of the requests, and how their number is known."""

    requests: int
    what: str


@dataclass(frozen=True)
class Estimate:
    """The requests of a backfill, in parts; `rate` in requests a second."""

    parts: tuple[Part, ...]
    rate: float
    notes: tuple[str, ...] = ()

    @property
    def requests(self) -> int:
        """All of them."""
        return sum(part.requests for part in self.parts)

    @property
    def duration(self) -> timedelta:
        """What the rate allows; a slower line makes it longer."""
        return timedelta(seconds=round(self.requests / self.rate))

    def lines(self) -> Iterator[str]:
        """As a person reads it."""
        for part in filter(lambda part: part.requests, self.parts):
            yield f"{part.requests:>12,}  {part.what}"
        yield f"{self.requests:>12,}  requests; at {self.rate:g} a second {_spoken(self.duration)}"
        yield from self.notes


def estimate_datasets(settings: Settings, lake: Lake | None, quarters: list[Quarter]) -> Estimate:
    """A request a quarter, which brings its set unless the one that is here is still the SEC's."""
    kept = [each for each in quarters if (dataset_folder(settings) / dataset_name(each)).is_file()]
    held = [each for each in quarters if lake and lake.dataset(str(each))]
    parts = (
        Part(len(quarters) - len(kept), "data sets to fetch, one request each"),
        Part(len(kept), f"data sets in {dataset_folder(settings)}, to ask whether the SEC has another edition"),
    )
    notes = (
        f"to download: about {(len(quarters) - len(kept)) * DATASET_MEGABYTES:,} MB "
        f"({DATASET_MEGABYTES} MB a quarter, estimated)",
        f"in the lake already: {len(held):,} of {len(quarters):,} quarters",
    )
    return Estimate(parts, settings.edgar.requests_per_second, notes)


def estimate_index(
    settings: Settings,
    lake: Lake | None,
    client: EdgarClient,
    days: tuple[date, date],
    today: date,
    *,
    gaps: bool = False,
) -> Estimate:
    """An index a day from the first to the last, as EDGAR's listings have them, and each filing that the lake does not
    hold exactly; with `gaps`, of the days that no data set has.

    How many filings: as the index lists them where the lake has read it; as the SEC's data sets have them where the
    lake has those; else estimated. Raises what `EdgarClient.get` raises.
    """
    first, last = days
    done = settled if gaps else exact
    covered = {day.index_date: day for day in lake.coverage(first, last, today=today)} if lake else {}
    surveyed = survey_days(client, first, last, today=today, recent_days=settings.nightly.lookback_days)
    wanted = [
        day.index_date
        for day in surveyed
        if day.state == "listed" and not done(covered.get(day.index_date), settings.forms)
    ]
    denied = dict.fromkeys(Quarter.of(day.index_date) for day in surveyed if day.state == "denied")
    counted = _from_datasets(lake, first, last) if lake else Counter()
    quarters = _quarters_held(lake, wanted) if lake else set()
    listed = in_sets = unknown = 0
    for day in wanted:
        if _known(covered.get(day), settings):
            listed += covered[day].missing
        elif Quarter.of(day) in quarters:
            in_sets += counted[day]
        else:
            unknown += 1
    parts = (
        Part(len(wanted), "daily indexes, from EDGAR's listings"),
        Part(listed, "filings, counted in indexes that the lake has read"),
        Part(in_sets, "filings, counted in the SEC's data sets that the lake holds"),
        Part(unknown * FILINGS_A_DAY, f"filings, estimated: {FILINGS_A_DAY} on each of {unknown:,} days"),
    )
    notes = (
        f"asked just now, for EDGAR's listings: {client.requests_made:,} requests",
        *older_days(first),
        *(f"{denial(quarter)} (its days are not counted)" for quarter in denied),
    )
    return Estimate(parts, settings.edgar.requests_per_second, notes)


def existing(location: str | Path) -> Lake | None:
    """The lake, if there is one; none is made."""
    try:
        return Lake.open(location)
    except LakeMissing:
        return None


def _known(held: DayCoverage | None, settings: Settings) -> bool:
    if held is None or held.state not in ("whole", "partial"):
        return False
    return set(settings.forms) <= set((held.forms or "").split(","))


def _quarters_held(lake: Lake, days: list[date]) -> set[Quarter]:
    quarters = {Quarter.of(day) for day in days}
    return {each for each in quarters if lake.dataset(str(each))}


def _from_datasets(lake: Lake, first: date, last: date) -> Counter[date]:
    """Filings that the lake has from data sets only, by filing date."""
    connection = lake.connect()
    try:
        sql = (
            "SELECT filing_date, count(*) FROM filings WHERE source_format = 'dataset' "
            "AND filing_date BETWEEN $1 AND $2 GROUP BY filing_date"
        )
        return Counter(dict(connection.execute(sql, [first, last]).fetchall()))
    finally:
        connection.close()


def _spoken(duration: timedelta) -> str:
    hours, seconds = divmod(int(duration.total_seconds()), 3600)
    if hours:
        days = f" ({hours / 24:.1f} days)" if hours >= 48 else ""
        return f"{hours:,} h {seconds // 60} min{days}"
    return f"{seconds // 60} min {seconds % 60} s"
