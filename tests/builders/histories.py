"""An EDGAR whose indexes come late or never, and what a lake must say of its days, whatever runs have read them."""

import dataclasses
import json
import random
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import date, timedelta

from form4lake.edgar_calendar import (
    Quarter,
    business_days_after,
    business_days_back,
    days_between,
    is_business_day,
    newest_due,
)
from form4lake.exits import Exit
from form4lake.flows.backfill import backfill
from form4lake.flows.backfill_datasets import backfill_datasets
from form4lake.flows.nightly import nightly
from form4lake.flows.reconcile import reconcile
from form4lake.replica import Archive, Fault, FaultKind, Faults, generate_archive
from form4lake.storage import Lake
from form4lake.tests.builders.workspace import Workspace, form4_here

FIRST, LAST = date(2023, 11, 20), date(2024, 2, 16)
DAYS = [day for day in days_between(FIRST, LAST) if is_business_day(day)]
LOOKBACK = 5
FOURTH = Quarter(2023, 4)


def make_archive() -> Archive:
    """A few filings for every business day from FIRST to LAST."""
    closed = [day for day in days_between(FIRST, LAST) if day.weekday() < 5 and not is_business_day(day)]
    archive = generate_archive(23, DAYS, 240, closed)
    assert all(archive.accessions(day) for day in DAYS)
    return archive


@dataclass
class World:
    """EDGAR on the date `now`: `published` says when the daily index of a day appears, None: never.

    On `closed` days it took no filing, against its calendar. `withdrawn` says from when on a filing is listed no more.
    """

    archive: Archive
    published: dict[date, date | None]
    closed: set[date]
    withdrawn: dict[str, date]
    now: date

    @classmethod
    def of(cls, archive: Archive, chance: random.Random) -> "World":
        """A random one: some indexes late, some missing for good, a day without filings, some filings withdrawn."""
        published: dict[date, date | None] = {day: day for day in DAYS}
        for day in chance.sample(DAYS[8:], 9):
            published[day] = chance.choice([None, *(business_day_after(day, n) for n in (1, 1, 2, 3, 6))])
        closed = set(chance.sample(DAYS[8:-6], 1))
        withdrawn = {}
        for day in chance.sample(DAYS[5:], 8):
            if len(archive.accessions(day)) > 1:
                withdrawn[chance.choice(archive.accessions(day))] = day + timedelta(days=chance.choice([1, 3, 20]))
        return cls(archive, published, closed, withdrawn, DAYS[chance.randrange(9, 14)])

    def listed(self, day: date) -> set[str]:
        """The filings that an index of a day lists now."""
        gone = {number for number, since in self.withdrawn.items() if since <= self.now}
        return set() if day in self.closed else set(self.archive.accessions(day)) - gone

    def has_index(self, day: date) -> bool:
        """Whether EDGAR has a daily index of a day now."""
        appears = self.published.get(day)
        return appears is not None and appears <= self.now and day not in self.closed

    @contextmanager
    def edgar(self, workspace: Workspace, lie: FaultKind | None = None) -> Iterator[None]:
        """Serve it; `lie`: what is wrong with its lists of daily indexes."""
        there = {day: rows for day, rows in self.archive.rows.items() if day <= self.now and day not in self.closed}
        kept = {day: [row for row in rows if self._shown(day, row.accession_number)] for day, rows in there.items()}
        faults = [Fault(FaultKind.UNPUBLISHED, f"*.{day:%Y%m%d}.idx") for day in there if not self.has_index(day)]
        if lie:
            faults.append(Fault(lie, "*/index.json"))
        with workspace.edgar(dataclasses.replace(self.archive, rows=kept), Faults(faults)):
            yield

    def _shown(self, day: date, number: str) -> bool:
        return number not in self.archive.submissions or number in self.listed(day)


def business_day_after(day: date, count: int) -> date:
    """The business day that is `count` business days later."""
    for later in days_between(day, day + timedelta(days=60)):
        if business_days_after(day, later) == count and is_business_day(later):
            return later
    raise AssertionError(day)


@dataclass
class Model:
    """What a lake must say: the days that were read, those that were looked for in vain, the quarters of its sets."""

    world: World
    read: set[date] = field(default_factory=set)
    in_vain: set[date] = field(default_factory=set)
    settled_closed: set[date] = field(default_factory=set)
    quarters: set[Quarter] = field(default_factory=set)

    @property
    def first(self) -> date | None:
        """The lake's first day."""
        days = self.read | self.in_vain | {quarter.first for quarter in self.quarters}
        return min(days, default=None)

    def due(self) -> list[date]:
        """The business days that it must answer for."""
        if self.first is None:
            return []
        return [day for day in days_between(self.first, newest_due(self.world.now)) if is_business_day(day)]

    def from_set(self, day: date) -> bool:
        """Whether a data set has all of a day."""
        quarter = Quarter.of(day)
        whole = day != business_days_back(quarter.next.first, 1) or quarter.next in self.quarters
        return quarter in self.quarters and whole

    def settled(self, day: date) -> bool:
        """Whether a day is complete."""
        return day in self.read or day in self.settled_closed or self.from_set(day)

    def alarms(self, days: list[date]) -> bool:
        """Whether one of these days is reason for exit code 1."""
        return any(
            not self.settled(day) and not (day in self.in_vain and business_days_after(day, self.world.now) <= 1)
            for day in days
        )

    def look(self, days: set[date]) -> None:
        """A run asks for the index of these days, holidays aside."""
        for day in days:
            if is_business_day(day) and day not in self.read | self.settled_closed and day <= self.world.now:
                (self.read if self.world.has_index(day) else self.in_vain).add(day)
        self.in_vain -= self.read

    def night(self) -> None:
        """A nightly run."""
        now = self.world.now
        lookback = business_days_back(now, LOOKBACK)
        sets = {day for quarter in self.quarters for day in days_between(quarter.first, quarter.last)}
        newest = max(self.read | {day for day in sets if is_business_day(day)}, default=None)
        begin = min(newest + timedelta(days=1) if newest else lookback, lookback)
        partial = {day for day in sets if is_business_day(day) and not self.settled(day)}
        new = {day for day in days_between(begin, now) if day >= lookback or not self.settled(day)}
        self.look(new | self.in_vain | partial)

    def reconcile(self, quarter: Quarter) -> None:
        """A quarter's index is read: it lists every day that is over, late or missing indexes or not."""
        listed = [day for day in days_between(quarter.first, min(quarter.last, self.world.now)) if day in DAYS]
        listed = [day for day in listed if day not in self.world.closed]
        if not listed:
            return
        self.read |= set(listed)
        self.in_vain -= self.read
        if self.first:
            begin = max(self.first, quarter.first)
            closed = {day for day in self.world.closed if begin <= day < listed[-1]}
            self.settled_closed |= closed
            self.in_vain -= closed


class History:
    """Random runs on one lake, and after each the comparison of what it says with what is true."""

    def __init__(self, workspace: Workspace, archive: Archive, seed: int) -> None:
        self.workspace = workspace
        self.chance = random.Random(seed)
        self.world = World.of(archive, self.chance)
        self.model = Model(self.world)
        self.told: list[str] = []
        Lake.open(workspace.lake_folder, create=True).close()

    def step(self) -> None:
        """One run, of any kind, on this date or some business days later."""
        kinds = ["night"] * 6 + ["backfill", "gaps", "reconcile", "set"]
        kind = self.chance.choice(kinds if self.told else ["night", "night", "set", "backfill"])
        if self.told:
            self.world.now = business_day_after(self.world.now, self.chance.choice([0, 1, 1, 1, 2, 4, 7]))
        lie = self.chance.choice([None, None, FaultKind.EMPTY, FaultKind.CUT_LINES])
        self.told.append(f"{self.world.now} {kind}, listing {lie or 'true'}")
        with self.world.edgar(self.workspace, lie):
            getattr(self, kind)()
        self.check()

    def night(self) -> None:
        self.model.night()
        code = nightly(today=self.world.now).exit_code
        self.compare("exit code", code, Exit.INCOMPLETE if self.model.alarms(self.model.due()) else Exit.DONE)

    def backfill(self, *, gaps: bool = False) -> None:
        first, last = sorted(self.chance.sample([day for day in DAYS if day <= self.world.now], 2))
        if gaps:
            first, last = self.model.first or first, newest_due(self.world.now)
        if first > last:
            return
        days = [day for day in days_between(first, last) if is_business_day(day)]
        self.model.look({day for day in days if day not in self.model.read and not (gaps and self.model.settled(day))})
        code = backfill(first, last, today=self.world.now, gaps=gaps).exit_code
        judged = [day for day in days if day <= newest_due(self.world.now)]
        self.compare("exit code", code, Exit.INCOMPLETE if self.model.alarms(judged) else Exit.DONE)

    def gaps(self) -> None:
        self.backfill(gaps=True)

    def set(self) -> None:
        if self.world.now > FOURTH.last:
            self.model.quarters.add(FOURTH)
            backfill_datasets(FOURTH.first, FOURTH.last, today=self.world.now)

    def reconcile(self) -> None:
        quarter = Quarter.of(self.world.now)
        self.model.reconcile(quarter)
        reconcile(str(quarter), today=self.world.now)
        live = {
            entry.accession_number
            for entry in self.workspace.lake.index_entries_of(quarter.first, self.world.now - timedelta(days=1), [])
            if entry.delisted_at is None
        }
        gone = {number for number, since in self.world.withdrawn.items() if since <= self.world.now}
        self.compare("listed though withdrawn", live & gone, set())

    def check(self) -> None:
        """The view, the command and its exit code against the model; the filings against EDGAR's."""
        now, model = self.world.now, self.model
        rows = {day.index_date: day for day in self.workspace.lake.coverage(today=now)}
        due = model.due()
        said = {day for day, row in rows.items() if is_business_day(day) and row.state in ("whole", "from a data set")}
        said |= {day for day, row in rows.items() if day in self.world.closed and row.state == "holiday"}
        self.compare("days answered for", [day for day in sorted(rows) if is_business_day(day) and day in due], due)
        self.compare("complete", sorted(said & set(due)), [day for day in due if model.settled(day)])
        never = [day for day in due if rows[day].state == "never read"]
        known = model.read | model.in_vain | model.settled_closed
        sets = {day for day in due if Quarter.of(day) in model.quarters}
        self.compare("never read", never, [day for day in due if day not in known | sets])
        for day in sorted(day for day, row in rows.items() if row.state == "whole"):
            stored = self.workspace.lake.stored(self.archive_of(day))
            self.compare(f"filings of {day}", self.world.listed(day) - stored, set())
        delisted = {row[0] for row in self.workspace.query("select accession_number from index_entries "
                                                           "where delisted_at is not null")}  # fmt: skip
        gone = {number for number, since in self.world.withdrawn.items() if since <= now}
        self.compare("withdrawn without reason", delisted - gone, set())
        done = form4_here("status", "--json", "--as-of", str(now))
        status = json.loads(done.stdout)
        alarms = model.alarms(due)
        green = bool(due) and not alarms
        self.compare("status", (done.returncode, status["complete"]), (int(not green), green))
        open_days = [day for day in due if not model.settled(day)]
        if open_days:
            before = [day for day in due if day < open_days[0]]
            through = str(before[-1]) if before else None
            self.compare("complete through", status["complete_through"], through)
            self.compare("behind", status["business_days_behind"], len(due) - len(before))

    def archive_of(self, day: date) -> list[str]:
        return self.world.archive.accessions(day)

    def compare(self, what: str, found: object, true: object) -> None:
        assert found == true, f"{what}: {found}, not {true}, after\n" + "\n".join(self.told)
