"""The bar of a run on a terminal: one over all its days, with the time left; what others see instead."""

import io
import re
from collections.abc import Iterator
from contextlib import suppress
from dataclasses import dataclass
from datetime import date

import pytest
from rich.console import Console

from form4lake.commands import watch
from form4lake.replica import Archive, Fault, FaultKind, Faults, business_days, generate_archive
from form4lake.tests.builders.newer_parsers import RAISED
from form4lake.tests.builders.workspace import FIRST, Workspace, form4_here

DAYS = business_days(FIRST, 5)
RANGE = (DAYS[0].isoformat(), DAYS[-1].isoformat(), "--as-of", "2024-02-02")


@dataclass
class Recorded:
    """What a terminal of 100 columns has shown."""

    written: io.StringIO

    def bars(self) -> list[str]:
        """Each state of the bar, as text."""
        plain = re.sub(r"\x1b\[[0-9;?]*[a-zA-Z]", "", self.written.getvalue())
        return [line.strip() for line in re.split(r"[\r\n]", plain) if re.search(r"\d+/\d+", line)]

    def counts(self, unit: str = "days") -> list[str]:
        """What the bar counts: each count once, in order."""
        found = [re.search(rf"\d+/\d+ {unit}", bar) for bar in self.bars()]
        return list(dict.fromkeys(each.group() for each in found if each))


@pytest.fixture
def screen(monkeypatch: pytest.MonkeyPatch) -> Iterator[Recorded]:
    """A terminal on standard error, of this process's commands."""
    written = io.StringIO()
    console = Console(file=written, force_terminal=True, width=100, color_system=None)
    monkeypatch.setattr(watch, "messages", lambda: console)
    monkeypatch.setattr(watch, "interactive", lambda: True)
    return Recorded(written)


@pytest.fixture
def archive() -> Archive:
    """Five days of EDGAR's."""
    return generate_archive(9, DAYS, 60)


@pytest.mark.flow
def test_one_bar_goes_over_all_the_days_to_the_end_whatever_came_of_them(
    workspace: Workspace, screen: Recorded, archive: Archive
) -> None:
    broken = Faults(
        [
            Fault(FaultKind.DOWN, f"*/{archive.accessions(DAYS[0])[0]}.txt"),
            Fault(FaultKind.EMPTY, f"*/*.{DAYS[1]:%Y%m%d}.idx"),
            Fault(FaultKind.DOWN, f"*/{archive.accessions(DAYS[4])[-1]}.txt"),
        ]
    )
    with workspace.edgar(archive, faults=broken):
        done = form4_here("backfill", *RANGE)
    assert done.returncode == 1, done.stderr
    assert screen.counts()[0] == "0/5 days"
    assert screen.counts()[-1] == "5/5 days"
    assert screen.counts() == sorted(screen.counts()), "the bar never goes back"
    last = [bar for bar in screen.bars() if "5/5 days" in bar][-1]
    assert re.fullmatch(rf"{DAYS[4]} ━+ 5/5 days \d+\.\d/s 0:00:00", last)


@pytest.mark.flow
def test_the_night_has_such_a_bar_and_says_the_time_left(
    workspace: Workspace, screen: Recorded, archive: Archive
) -> None:
    with workspace.edgar(archive, faults=Faults([Fault(FaultKind.SLOW, "*/edgar/data/*", seconds=0.1)])):
        assert form4_here("nightly", "--as-of", DAYS[-1].isoformat()).returncode == 0
    assert screen.counts()[-1] == "5/5 days"
    assert any(re.search(r"[1-4]/5 days \d+\.\d/s 0:\d\d:\d\d$", bar) for bar in screen.bars())


@pytest.mark.flow
def test_quarters_of_data_sets_and_periods_read_again_have_one_too(
    workspace: Workspace, screen: Recorded, archive: Archive
) -> None:
    workspace.monkeypatch.setenv("FORM4_TASK_RUNNER", "threads")
    years = generate_archive(9, [date(2023, 12, 20), *DAYS], 60)
    filled: list[int] = []
    workspace.monkeypatch.setattr(watch.Watch, "fill", lambda _, count: filled.append(count))
    with workspace.edgar(years):
        asked = ("2023-12-20", "2024-01-31", "--source", "datasets", "--as-of", "2024-02-20")
        assert form4_here("backfill", *asked).returncode == 0
        assert screen.counts("quarters")[-1] == "2/2 quarters"
        assert sum(filled) == workspace.count("filings")
        exact = ("2023-12-20", "2024-01-16", "--as-of", "2024-02-20")
        assert form4_here("backfill", *exact).returncode in (0, 1)
    workspace.monkeypatch.setattr("form4lake.flows.reparse.CURRENT", RAISED)
    assert form4_here("reparse").returncode == 0
    assert screen.counts("periods")[-1] == "2/2 periods"


@pytest.mark.flow
def test_elsewhere_there_are_lines_and_no_bar(workspace: Workspace, archive: Archive) -> None:
    with workspace.edgar(archive):
        done = form4_here("backfill", *RANGE)
    assert done.returncode == 0
    assert "━" not in done.stderr + done.stdout
    assert [line[:10] for line in done.stderr.splitlines() if "listed" in line] == [str(day) for day in DAYS]


def test_a_filing_moves_the_bar_by_its_part_of_the_day(screen: Recorded) -> None:
    with watch.Watch() as seen:
        with seen.span(4):
            seen.begin(DAYS[0], 10)
            seen.advance(5)
            assert seen.completed == 0.5
            seen.begin(DAYS[1], 0)  # the first was cut short
            assert seen.completed == 1
            seen.begin(DAYS[2], 3)
            seen.advance(2)
            seen.advance(4)  # more than was said
            assert seen.completed == 3
        assert seen.completed == 4
        seen.begin("compact", 2)
        seen.advance()
        assert seen.completed == 1
    assert any(re.search(r"compact ━+ +[01]/2 ", bar) for bar in screen.bars())


def test_a_quarter_s_filings_are_known_once_its_set_has_come(screen: Recorded) -> None:
    with watch.Watch() as seen:
        with seen.span(2, "quarters"):
            seen.begin("2024Q1", 1)
            seen.fill(8)
            seen.advance(4)
            assert seen.completed == 0.5
            seen.begin("2024Q2", 1)
            assert seen.completed == 1
        seen.begin("2024Q3", 1)
        seen.fill(8)
        seen.advance(4)
        assert seen.completed == 4
    assert any("2/2 quarters" in bar for bar in screen.bars())


def test_one_day_alone_is_counted_in_filings(screen: Recorded) -> None:
    with watch.Watch() as seen, seen.span(1):
        seen.begin(DAYS[0], 20)
        seen.advance(5)
        assert seen.completed == 5
    assert any(re.search(r"[05]/20 ", bar) for bar in screen.bars())


def test_a_span_that_breaks_off_is_not_full(screen: Recorded) -> None:
    with watch.Watch() as seen:
        with suppress(RuntimeError), seen.span(4):
            seen.begin(DAYS[0], 1)
            raise RuntimeError
        assert seen.completed == 0
        seen.begin(DAYS[1], 3)
        seen.advance(3)
        assert seen.completed == 3
