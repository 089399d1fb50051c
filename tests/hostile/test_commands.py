"""What servers and paths can do to the real commands: each attack is over in time, and costs no other filing.

`make test-hostile` runs all of them; `make test` the short form: the attacks together, and one of a kind that holds.
"""

import os
import random
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

from form4lake.replica import Archive, Fault, FaultKind, Faults, Replica, business_days, generate_archive
from form4lake.tests.builders.workspace import FIRST, FORM4, TODAY, Workspace

FOR_EVER = 3600.0
BOUND_SECONDS = 240
"""Of a whole command, on a machine that is busy; each of these held one for ever once."""
MEGABYTES = 600
HOLDING = [
    FaultKind.SLOW_HEADERS,
    FaultKind.CONTINUES,
    FaultKind.SLOW_CHUNK_LINE,
    FaultKind.TRAILERS,
    FaultKind.DRIP,
]
FILLING = [FaultKind.BOMB, FaultKind.HUGE, FaultKind.MEMBERS]
NIGHTLY = (FORM4, "nightly", "--as-of", TODAY.isoformat())
INDEX = "/Archives/edgar/daily-index/*/master.20240111.idx"

pytestmark = pytest.mark.flow


@pytest.fixture
def archive() -> Archive:
    return generate_archive(13, business_days(FIRST, 3), 40)


@pytest.fixture
def impatient(workspace: Workspace) -> Workspace:
    """A user who waits two seconds for an answer, and for a whole request."""
    for name in ("REQUEST", "READ", "CONNECT"):
        workspace.monkeypatch.setenv(f"FORM4_EDGAR__{name}_TIMEOUT_SECONDS", "2")
    workspace.monkeypatch.setenv("FORM4_PREFECT", "never")
    return workspace


def paths(archive: Archive) -> list[str]:
    return [f"/Archives/{archive.path_of(number)}" for day in archive.days for number in archive.accessions(day)]


def night(workspace: Workspace) -> subprocess.CompletedProcess[str]:
    """A nightly run, which must end by itself."""
    done = subprocess.run(NIGHTLY, env=os.environ, capture_output=True, text=True, check=False, timeout=BOUND_SECONDS)
    assert "Traceback" not in done.stderr
    return done


def quarantined(workspace: Workspace) -> dict[str, str]:
    return dict(workspace.query("select accession_number, reason from quarantine"))


def check_night(workspace: Workspace, archive: Archive, faults: list[Fault], bad: list[str]) -> dict[str, str]:
    """A night against faults of the filings at the paths `bad`: those are in quarantine, all others in the lake."""
    with workspace.edgar(archive, Faults(faults)):
        done = night(workspace)
    assert done.returncode == 1, done.stderr
    held = quarantined(workspace)
    assert sorted(held) == sorted(path.rpartition("/")[2].removesuffix(".txt") for path in bad), done.stderr
    assert workspace.count("filings") == len(paths(archive)) - len(bad)
    return held


@pytest.mark.hostile
@pytest.mark.parametrize("kind", [*HOLDING, *FILLING])
def test_a_filing_that_holds_or_fills(impatient: Workspace, archive: Archive, kind: FaultKind) -> None:
    bad = paths(archive)[5]
    check_night(impatient, archive, [Fault(kind, bad, seconds=FOR_EVER)], [bad])


@pytest.mark.hostile
@pytest.mark.parametrize("kind", [*HOLDING, FaultKind.BOMB, FaultKind.MEMBERS, FaultKind.THROTTLED])
def test_an_index_that_holds_or_fills(impatient: Workspace, archive: Archive, kind: FaultKind) -> None:
    """The day's other indexes say the same."""
    with impatient.edgar(archive, Faults([Fault(kind, INDEX, seconds=FOR_EVER)])):
        done = night(impatient)
    assert impatient.count("filings") == len(paths(archive)), done.stderr


@pytest.mark.hostile
def test_a_listing_and_a_zip_that_are_always_refused(impatient: Workspace, archive: Archive) -> None:
    listing = Fault(FaultKind.THROTTLED, "/Archives/edgar/daily-index/2023/QTR4/index.json")
    impatient.monkeypatch.setenv("FORM4_NIGHTLY__SINCE", "2023-12-28")
    with impatient.edgar(archive, Faults([listing, Fault(FaultKind.THROTTLED, "*2024q1_form345.zip")])):
        done = night(impatient)
        assert done.returncode == 1, done.stderr
        assert "2023Q4" in done.stderr
        assert impatient.count("filings") == len(paths(archive))
        command = [FORM4, "backfill", "2024-01-01", "2024-03-31", "--source", "datasets", "--as-of", "2024-04-20"]
        sets = subprocess.run(
            command, env=os.environ, capture_output=True, text=True, check=False, timeout=BOUND_SECONDS
        )
        assert sets.returncode == 1, sets.stderr
        assert "2024q1_form345.zip" in sets.stderr


def test_all_of_it_in_one_night(impatient: Workspace, archive: Archive) -> None:
    """The bad filings are named, the good ones are there, and nobody else learns who asks."""
    with Replica(archive) as evil:
        lures = [f"http://{evil.url[7:]}\\@127.0.0.1/x", f"//{evil.url[7:]}/x"]
        kinds = [FaultKind.BOMB, FaultKind.HUGE, FaultKind.MEMBERS, FaultKind.SLOW_HEADERS, FaultKind.TRAILERS]
        bad = paths(archive)[: len(kinds) + len(lures) + 1]
        faults = [Fault(kind, path, seconds=FOR_EVER) for kind, path in zip(kinds, bad, strict=False)]
        faults += [
            Fault(FaultKind.REDIRECT, path, location=lure) for path, lure in zip(bad[len(kinds) :], lures, strict=False)
        ]
        faults.append(Fault(FaultKind.THROTTLED, bad[-1]))
        held = check_night(impatient, archive, faults, bad)
        assert evil.stats().total == 0
    reasons = "\n".join(held.values())
    for words in ("64 MiB", "gzip members", "did not end within", "refused", "though it gives other files"):
        assert words in reasons


def test_one_path_that_is_always_refused_stops_no_night(impatient: Workspace, archive: Archive) -> None:
    bad = paths(archive)[7]
    held = check_night(impatient, archive, [Fault(FaultKind.THROTTLED, bad)], [bad])
    assert "Request Rate Threshold Exceeded" in next(iter(held.values()))


@contextmanager
def held_run(workspace: Workspace, archive: Archive, kind: FaultKind) -> Iterator["subprocess.Popen[str]"]:
    """A nightly run that hangs in answers, with a deadline far away."""
    for name in ("REQUEST", "READ"):
        workspace.monkeypatch.setenv(f"FORM4_EDGAR__{name}_TIMEOUT_SECONDS", "600")
    workspace.monkeypatch.setenv("FORM4_PREFECT", "never")
    with workspace.edgar(archive, Faults([Fault(kind, "*.txt", after=3, seconds=FOR_EVER)])) as edgar:
        run = subprocess.Popen(NIGHTLY, env=os.environ, stderr=subprocess.PIPE, text=True, start_new_session=True)
        try:
            while edgar.stats().by_kind["filing"] < 8 and run.poll() is None:
                time.sleep(0.02)
            yield run
        finally:
            run.kill()
            run.communicate()


def check_stopped(workspace: Workspace, archive: Archive, kind: FaultKind, number: signal.Signals) -> None:
    """A signal ends a run that hangs, and what came before is kept."""
    with held_run(workspace, archive, kind) as run:
        run.send_signal(number)
        said = run.communicate(timeout=60)[1]
        assert run.returncode == 128 + number, said
        assert "Traceback" not in said
    assert workspace.count("filings") >= 1


@pytest.mark.hostile
@pytest.mark.parametrize("kind", HOLDING)
@pytest.mark.parametrize("number", [signal.SIGTERM, signal.SIGINT])
def test_a_signal_ends_a_run_that_hangs(
    workspace: Workspace, archive: Archive, kind: FaultKind, number: signal.Signals
) -> None:
    check_stopped(workspace, archive, kind, number)


def test_sigterm_ends_a_run_that_hangs(workspace: Workspace, archive: Archive) -> None:
    check_stopped(workspace, archive, FaultKind.TRAILERS, signal.SIGTERM)


@pytest.mark.hostile
def test_a_second_ctrl_c_ends_a_run_that_hangs_now(workspace: Workspace, archive: Archive) -> None:
    with held_run(workspace, archive, FaultKind.SLOW_HEADERS) as run:
        run.send_signal(signal.SIGINT)
        time.sleep(0.5)
        run.send_signal(signal.SIGINT)
        run.communicate(timeout=60)
        assert run.returncode == 130


HIGHEST = """
import sys
from pathlib import Path
from form4lake.cli import app
sys.argv = ["form4", *sys.argv[1:]]
try:
    app()
finally:
    print(int(Path("/proc/self/status").read_text().partition("VmHWM:")[2].split()[0]) // 1024)
"""


@pytest.mark.hostile
@pytest.mark.skipif(not Path("/proc/self/status").exists(), reason="how much memory was used is told by Linux")
def test_large_submissions_at_once_take_little_memory(
    workspace: Workspace, archive: Archive, with_exhibit: Callable[[bytes], bytes]
) -> None:
    workspace.monkeypatch.setenv("FORM4_PREFECT", "never")
    large = archive.accessions(archive.days[0])[:8]
    for number in large:
        archive.submissions[number] = with_exhibit(archive.submissions[number])
    with workspace.edgar(archive):
        command = [sys.executable, "-c", HIGHEST, "nightly", "--as-of", str(archive.days[-1])]
        workspace.monkeypatch.setenv("FORM4_EDGAR__READ_TIMEOUT_SECONDS", "300")
        done = subprocess.run(command, env=os.environ, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr
    assert workspace.count("filings") == len(paths(archive))
    for raw in workspace.lake.raw.read(archive.days[0], large):
        assert raw.content == archive.submissions[raw.accession_number], "every exhibit is in the archive"
    assert int(done.stdout.split()[-1]) <= MEGABYTES


@pytest.fixture
def with_exhibit() -> Callable[[bytes], bytes]:
    """Adds an exhibit of 55 MiB that hardly packs."""
    line = random.Random(1).choices(range(33, 95), k=2**20)
    exhibit = b"<DOCUMENT>\n<TYPE>EX-24\n<SEQUENCE>2\n<TEXT>\n" + bytes(line) * 55 + b"\n</TEXT>\n</DOCUMENT>\n"

    def add(submission: bytes) -> bytes:
        end = submission.rindex(b"</SEC-DOCUMENT>")
        return submission[:end] + exhibit + submission[end:]

    return add
