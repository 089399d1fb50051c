"""A day as it goes on: the feed fills and fails, its watcher is killed; the night's index finds nothing to do."""

import asyncio
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta
from pathlib import Path
from statistics import median
from typing import Any

import pytest

from form4lake.edgar_calendar import NEW_YORK, OPENS, closing, is_accepting
from form4lake.exits import Exit
from form4lake.flows.nightly import nightly
from form4lake.flows.reports.run_report import RunReport
from form4lake.flows.reports.watch_report import WatchReport
from form4lake.flows.steps import outbox
from form4lake.flows.steps.newest import Newest
from form4lake.flows.steps.polling import by_clock, end_of_shift
from form4lake.flows.watch import watch
from form4lake.replica import (
    Archive,
    CurrentFeed,
    Fault,
    FaultKind,
    Faults,
    FeedFaults,
    Replica,
    generate_archive,
    timetable,
)
from form4lake.settings import Settings
from form4lake.storage import Lake, RawArchive
from form4lake.tables import FILING_CHILDREN
from form4lake.tests.builders.driven_clock import DrivenClock
from form4lake.tests.builders.expected import as_set, expected_rows, rows
from form4lake.tests.builders.workspace import Workspace, form4_here, says

pytestmark = pytest.mark.flow
DAY = date(2024, 1, 10)
BEGIN = datetime(2024, 1, 10, 16, 0, tzinfo=NEW_YORK)
NIGHT = datetime(2024, 1, 10, 22, 30, tzinfo=NEW_YORK)
INTERVAL = 60
FEED = "/cgi-bin/browse-edgar"
FILINGS = "/Archives/edgar/data/*"


class Killed(BaseException):
    """The process dies: nothing of it runs any more."""


@dataclass
class Day:
    """A day of EDGAR, and who watches it."""

    workspace: Workspace
    archive: Archive
    listed_at: dict[str, datetime]
    feed: CurrentFeed
    clock: DrivenClock
    reports: list[WatchReport] = field(default_factory=list)

    def shift(self, *, once: bool = False) -> WatchReport:
        with by_clock(self.clock):
            self.reports.append(watch(once=once))
        return self.reports[-1]

    def until(self, moment: datetime) -> None:
        while self.clock.moment < moment:
            assert self.shift().exit_code is Exit.DONE, self.reports[-1].failure

    def night(self) -> RunReport:
        self.clock.moment = NIGHT
        return nightly(today=DAY)

    def delays(self) -> list[float]:
        """Seconds of the clock from the listing of each filing to the lake."""
        return [each for report in self.reports for batch in report.batches for each in batch.seconds]

    def check_truth(self) -> None:
        """The lake has the day, exactly and once."""
        for table in ("filings", *FILING_CHILDREN):
            if table != "parse_issues":
                truth = expected_rows(list(self.archive.truth.values()), table)
                assert as_set(rows(self.workspace, table)) == as_set(truth), table
        count = len(self.archive.truth)
        assert covered(self.workspace) == [("whole", count, count, 0, 0)]


def make_day(workspace: Workspace, filings: int, *, minutes: float = 35, **faults: Any) -> Day:
    archive = generate_archive(21, [DAY], filings)
    listed = timetable(sorted(archive.truth), BEGIN, 60 * minutes, seed=3)
    clock = DrivenClock(BEGIN)
    feed = CurrentFeed(archive, DAY, listed, faults=FeedFaults(**faults), now=clock.now)
    workspace.monkeypatch.setenv("FORM4_NIGHTLY__SINCE", DAY.isoformat())
    workspace.monkeypatch.setenv("FORM4_FEED__INTERVAL_SECONDS", str(INTERVAL))
    return Day(workspace, archive, listed, feed, clock)


@pytest.fixture
def told(workspace: Workspace, tmp_path: Path) -> Iterator[list[str]]:
    """Every line that an alert over purchases and sales told; each names one transaction."""
    lines: list[str] = []

    def send(address: str, title: str, body: str) -> bool:
        lines.extend(body.splitlines()[:-1])
        return True

    workspace.monkeypatch.setattr(outbox, "send", send)
    workspace.monkeypatch.chdir(tmp_path)
    Path("config.yaml").write_text(
        "alerts:\n- name: all\n  address: json://127.0.0.1/\n  query: >\n"
        "    select accession_number, is_derivative, row_number from new_trades\n"
    )
    return lines


def trades(day: Day) -> list[str]:
    query = "select accession_number, is_derivative, row_number from trades"
    line = "accession_number: {}, is_derivative: {}, row_number: {}"
    return [line.format(*row) for row in day.workspace.query(query)]


def covered(workspace: Workspace) -> list[tuple[Any, ...]]:
    """How the day stands."""
    columns = "state, expected, stored, quarantined, missing"
    return workspace.query(f"select {columns} from coverage where index_date = '{DAY}'")


def requests(edgar: Replica) -> Counter[str]:
    return Counter(edgar.stats().by_kind)


@pytest.mark.parametrize(("filings", "minutes"), [(150, 35), pytest.param(1_500, 150, marks=pytest.mark.hostile)])
def test_a_day_with_everything_that_goes_wrong_ends_as_the_night_alone_would_have_it(
    workspace: Workspace, told: list[str], monkeypatch: pytest.MonkeyPatch, filings: int, minutes: int
) -> None:
    ghosts = ("0009999999-24-000001",)
    day = make_day(workspace, filings, minutes=minutes, repeats=5, reordered_seconds=3, ghosts=ghosts, garbled=True)
    late = sorted(day.listed_at, key=day.listed_at.__getitem__)[40]
    day.feed.served_at = {late: day.listed_at[late] + timedelta(minutes=3)}
    down = Fault(FaultKind.DOWN, FEED, after=30, times=6)
    with workspace.edgar(day.archive, Faults([down]), day.feed) as edgar:
        day.until(BEGIN + timedelta(minutes=15))
        with monkeypatch.context() as killing:
            kill_after_commits(killing, 2)
            with pytest.raises(Killed):
                day.until(BEGIN + timedelta(minutes=30))
        day.clock.moment += timedelta(minutes=10)
        day.until(BEGIN + timedelta(minutes=minutes + 25))

        made = requests(edgar)
        extra = Counter(hit.path for hit in edgar.stats().hits if hit.kind == "filing")
        assert {path for path, count in extra.items() if count > 1} <= {
            f"/Archives/{day.archive.path_of(late)}", "/Archives/edgar/data/9999999/0009999999-24-000001.txt",
        }  # fmt: skip
        assert sorted(Counter(told).values()) == [1] * len(told)
        assert set(told) == set(trades(day)), "each transaction is told once"
        assert covered(workspace) == [("open", filings, filings, 0, 0)]
        assert not workspace.count("quarantine")
        assert median(day.delays()) < 2 * INTERVAL

        assert day.night().exit_code is Exit.DONE
        assert requests(edgar)["filing"] == made["filing"], "the night asks for nothing that is there"
    day.check_truth()
    assert len(told) == len(set(told)) == len(trades(day))
    raw = [path.name[:10] for path in (workspace.lake_folder / "raw").rglob("*.parquet")]
    assert raw == [DAY.isoformat()]


def kill_after_commits(monkeypatch: pytest.MonkeyPatch, count: int) -> None:
    """Have this process as good as die right after so many commits: before it can tell or note anything."""
    commit, done = Lake.commit, []

    def dying(self: Lake, *arguments: Any, **named: Any) -> Any:
        found = commit(self, *arguments, **named)
        done.append(found)
        if len(done) >= count:
            for kind, name in ((Newest, "keep"), (Newest, "put_off"), (RawArchive, "compact_period")):
                monkeypatch.setattr(kind, name, dead)
            raise Killed
        return found

    def dead(*_: Any) -> None:
        raise Killed

    monkeypatch.setattr(Lake, "commit", dying)


def test_a_day_of_commits_leaves_the_files_of_one(workspace: Workspace) -> None:
    day = make_day(workspace, 60, minutes=10)
    with workspace.edgar(day.archive, feed=day.feed):
        day.until(BEGIN + timedelta(minutes=15))
        day.night()
    assert len([each for report in day.reports for each in report.batches]) > 5
    watched = sorted(path.parent.parent.name for path in (workspace.lake_folder / "data").rglob("*.parquet"))
    assert watched == sorted(set(watched)), "one file a table"
    with Lake.open(workspace.lake_folder, create=True, grace_seconds=0) as lake:
        lake.tidy(DAY)
    left = [path.parent.parent.name for path in (workspace.lake_folder / "snapshots").rglob("*.parquet")]
    assert sorted(left) == watched, "old names go after their grace"


def test_what_the_feed_never_lists_the_index_brings_and_tells(workspace: Workspace, told: list[str]) -> None:
    day = make_day(workspace, 30, minutes=5)
    day.feed.faults = FeedFaults(left_out=frozenset(list(day.listed_at)[:3]))
    with workspace.edgar(day.archive, feed=day.feed) as edgar:
        day.until(BEGIN + timedelta(minutes=15))
        assert workspace.count("filings") == 27
        assert day.night().added == 3
        assert requests(edgar)["filing"] == 30
    day.check_truth()
    assert sorted(told) == sorted(trades(day))


def test_a_flagged_filing_that_is_never_served_is_left_to_the_index(workspace: Workspace) -> None:
    day = make_day(workspace, 5, minutes=1)
    lost = next(iter(day.listed_at))
    gone = Fault(FaultKind.ACCESS_DENIED, f"*{lost}.txt")
    with workspace.edgar(day.archive, Faults([gone]), day.feed) as edgar:
        day.until(BEGIN + timedelta(minutes=75))
        asked = [hit.path for hit in edgar.stats().hits if lost in hit.path]
        assert len(asked) == 8, "over shifts, with growing gaps, and then no more"
        left = [each.accession_number for report in day.reports for each in report.left_to_index]
        assert left == [lost]
        assert (workspace.count("filings"), workspace.count("quarantine")) == (4, 0)
        assert day.night().exit_code is Exit.INCOMPLETE
    assert workspace.query("select accession_number from quarantine") == [(lost,)]


def test_what_cannot_be_read_is_left_to_the_index_which_asks_for_nothing(workspace: Workspace) -> None:
    day = make_day(workspace, 5, minutes=1)
    lost = next(iter(day.listed_at))
    day.archive.submissions[lost] = b"<SEC-DOCUMENT>\n<TYPE>8-K\n</SEC-DOCUMENT>\n"
    with workspace.edgar(day.archive, feed=day.feed) as edgar:
        day.until(BEGIN + timedelta(minutes=15))
        assert (workspace.count("filings"), workspace.count("quarantine")) == (4, 0)
        day.night()
        assert requests(edgar)["filing"] == 5
    assert workspace.query("select accession_number, stage from quarantine") == [(lost, "parse")]


def test_while_the_archive_is_down_nothing_counts_against_a_filing(workspace: Workspace) -> None:
    day = make_day(workspace, 10, minutes=1)
    with workspace.edgar(day.archive, Faults([Fault(FaultKind.DOWN, FILINGS), Fault(FaultKind.DOWN, FEED, after=2)]),
                         day.feed):  # fmt: skip
        day.clock.moment = BEGIN + timedelta(minutes=2)
        day.until(BEGIN + timedelta(minutes=15))
        assert workspace.lake.notes.read("flagged")["filings"] != []
        assert {each["attempts"] for each in workspace.lake.notes.read("flagged")["filings"]} == {0}
    with workspace.edgar(day.archive, feed=day.feed):
        day.until(BEGIN + timedelta(minutes=30))
    assert workspace.count("filings") == 10


def test_nothing_is_asked_while_edgar_is_closed_and_one_look_is_taken_at_any_hour(workspace: Workspace) -> None:
    day = make_day(workspace, 5, minutes=1)
    day.clock.moment = NIGHT
    with workspace.edgar(day.archive, feed=day.feed) as edgar:
        assert day.shift().idle
        assert edgar.stats().hits == []
        assert day.shift(once=True).added == 5


def test_a_day_stays_open_while_its_index_is_not_published(workspace: Workspace) -> None:
    day = make_day(workspace, 8, minutes=1)
    with workspace.edgar(day.archive, feed=day.feed) as edgar:
        day.until(BEGIN + timedelta(minutes=15))
        report = nightly(today=DAY)
        assert (report.exit_code, report.not_published) == (Exit.DONE, [DAY])
        assert covered(workspace) == [("open", 8, 8, 0, 0)]
        assert day.night().exit_code is Exit.DONE
        assert requests(edgar)["filing"] == 8
    day.check_truth()


def test_a_feed_that_gives_no_page_is_an_edgar_that_is_down(workspace: Workspace) -> None:
    day = make_day(workspace, 5, minutes=1)
    with workspace.edgar(day.archive, Faults([Fault(FaultKind.DOWN, FEED)]), day.feed):
        assert day.shift(once=True).exit_code is Exit.EDGAR
    assert "the current feed" in str(day.reports[-1].attention()[0])


def test_a_day_whose_index_was_read_is_left_to_it(workspace: Workspace) -> None:
    day = make_day(workspace, 8, minutes=1, left_out=frozenset())
    late = next(iter(day.listed_at))
    night = Faults([Fault(FaultKind.CHANGED, "*/master.20240110.idx", after=10, added=frozenset([late]))])
    with workspace.edgar(day.archive, night, day.feed) as edgar:
        day.night()
        assert workspace.count("filings") == 7
        asked = requests(edgar)["filing"]
        day.shift(once=True)
        assert requests(edgar)["filing"] == asked
    assert covered(workspace) == [("whole", 7, 7, 0, 0)]


def test_the_command_looks_once_and_says_what_came(workspace: Workspace) -> None:
    day = make_day(workspace, 5, minutes=1)
    with workspace.edgar(day.archive, feed=day.feed), by_clock(day.clock):
        day.clock.moment = BEGIN + timedelta(minutes=5)
        says(form4_here("watch", "--once"), 0, "watch: 5 filings in 1 look at the current feed")
        says(form4_here("watch", "--once"), 0, "watch: 0 filings in 1 look")
        quiet = form4_here("--quiet", "watch", "--once")
        assert (quiet.returncode, quiet.stdout, quiet.stderr) == (0, "", "")


def test_runs_end_with_the_quarter_of_an_hour_and_the_last_when_edgar_closes() -> None:
    ends = {(6, 0): (6, 15), (16, 14): (16, 15), (21, 44): (21, 45), (21, 45): (22, 15), (22, 14): (22, 15)}
    for begin, end in ends.items():
        moment = datetime(2024, 1, 10, *begin, 30, tzinfo=NEW_YORK)
        assert end_of_shift(moment) == datetime(2024, 1, 10, *end, tzinfo=NEW_YORK)


def test_the_schedule_leaves_no_gap_in_the_day() -> None:
    """Each run begins when the one before ends, from the opening on, and none while EDGAR is closed."""
    from form4lake.flows.serving.deployments import deployments

    assert "watch" not in {each.deployment.name for each in deployments(Settings())}
    served = next(each for each in deployments(Settings(watch=True)) if each.deployment.name == "watch")
    moment = datetime.combine(DAY, datetime.min.time(), NEW_YORK)
    begins = []
    while (moment := asyncio.run(served.next_after(moment)).astimezone(NEW_YORK)).date() == DAY:
        begins.append(moment)
    assert begins[0].time() == OPENS
    assert [end_of_shift(each) for each in begins] == [*begins[1:], closing(begins[0])]
    assert all(map(is_accepting, begins))
