"""`form4 watch` as a process of its own, killed at any moment: the next look takes up what the killed one left."""

import os
import signal
import subprocess
from collections import Counter
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import datetime, time, timedelta
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from json import loads
from pathlib import Path
from threading import Thread
from time import sleep

import pytest

from form4lake.edgar_calendar import NEW_YORK, is_business_day, today_in_new_york
from form4lake.exits import Exit
from form4lake.flows.nightly import nightly
from form4lake.replica import CurrentFeed, Replica, generate_archive, timetable
from form4lake.tables import FILING_CHILDREN
from form4lake.tests.builders.expected import as_set, expected_rows, rows
from form4lake.tests.builders.workspace import FORM4, Workspace, form4

pytestmark = pytest.mark.flow
FILINGS = 60


@contextmanager
def hook() -> Iterator[tuple[str, list[str]]]:
    """An address for alerts, and the lines that it was sent."""
    heard: list[str] = []

    class Hook(BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            message = loads(self.rfile.read(int(self.headers["Content-Length"])))["message"]
            heard.extend(line for line in message.splitlines() if line.startswith("accession_number"))
            self.send_response(200)
            self.end_headers()

        def log_message(self, *_: object) -> None:
            pass

    with ThreadingHTTPServer(("127.0.0.1", 0), Hook) as server:
        Thread(target=server.serve_forever, daemon=True).start()
        yield f"json://127.0.0.1:{server.server_port}/", heard
        server.shutdown()


def killed_when(true: Callable[[], object]) -> None:
    """Run `form4 watch --once`, and kill it as soon as this is true."""
    with subprocess.Popen([FORM4, "watch", "--once"], env=os.environ, stderr=subprocess.PIPE) as process:
        while process.poll() is None and not true():
            sleep(0.002)
        process.kill()
        process.wait()
        assert process.returncode == -signal.SIGKILL, process.stderr and process.stderr.read().decode()


def test_a_watcher_that_is_killed_loses_nothing_and_asks_for_little_again(workspace: Workspace, tmp_path: Path) -> None:
    day = next(day for n in range(9) if is_business_day(day := today_in_new_york() + timedelta(n)))
    archive = generate_archive(24, [day], FILINGS)
    afternoon = datetime.combine(day, time(16), NEW_YORK)
    listed = timetable(sorted(archive.truth), afternoon, 3600, seed=3)
    feed = CurrentFeed(archive, day, listed, now=lambda: afternoon + timedelta(hours=5))
    workspace.monkeypatch.setenv("FORM4_NIGHTLY__SINCE", day.isoformat())
    workspace.monkeypatch.chdir(tmp_path)
    log = workspace.lake_folder / "log"
    with hook() as (address, told), Replica(archive, feed=feed, latency_seconds=0.02) as edgar:
        workspace.monkeypatch.setenv("FORM4_EDGAR__BASE_URL", edgar.url)
        Path("config.yaml").write_text(
            f"alerts:\n- name: all\n  address: {address}\n  query: >\n"
            "    select accession_number, is_derivative, row_number from new_trades\n"
        )
        for some in (5, 25):
            killed_when(lambda some=some: edgar.stats().by_kind["filing"] >= some)
        before = len(list(log.glob("*.json")))
        killed_when(lambda: len(list(log.glob("*.json"))) > before)
        done = form4("watch", "--once")
        assert (done.returncode, "Traceback" in done.stderr) == (0, False), done.stderr

        asked = Counter(hit.path for hit in edgar.stats().hits if hit.kind == "filing")
        assert len(asked) == FILINGS
        assert sum(asked.values()) <= FILINGS + 3 * 8, "what was under way in eight threads, and no more"
        truth = list(archive.truth.values())
        for table in ("filings", *FILING_CHILDREN):
            if table != "parse_issues":
                assert as_set(rows(workspace, table)) == as_set(expected_rows(truth, table)), table
        trades = workspace.query("select accession_number, is_derivative, row_number from trades")
        line = "accession_number: {}, is_derivative: {}, row_number: {}"
        assert set(told) == {line.format(*row) for row in trades}, "a kill silences no alert"
        made = edgar.stats().by_kind["filing"]
        assert nightly(today=day).exit_code is Exit.DONE
        assert edgar.stats().by_kind["filing"] == made, "the night asks for nothing that is there"
