"""Reading the raw archive again with a newer parser: what changes, what cannot be read, and what a kill leaves."""

import os
import subprocess
import sys
import textwrap
import time
from collections.abc import Callable, Iterator
from datetime import UTC, date, datetime
from pathlib import Path
from typing import Any

import pytest

from form4lake.exits import Exit
from form4lake.flows.reports.reparse_report import ReparseReport
from form4lake.flows.steps.parsing import Parser, parse_all, quarantined
from form4lake.flows.steps.workers import workers
from form4lake.parsers import PARSER_VERSION, parse_submission
from form4lake.replica import Archive, business_days, generate_archive
from form4lake.settings import Settings
from form4lake.storage import RawSubmission
from form4lake.storage.lake import Lake
from form4lake.tables import OWNERSHIP_FORMS, TABLES, IndexDay, IndexEntry
from form4lake.tests.builders.dask_cluster import DaskCluster
from form4lake.tests.builders.lakes import copy_of
from form4lake.tests.builders.newer_parsers import BETTER, LESS, NEWER, RAISED
from form4lake.tests.builders.workspace import Workspace, form4_here, says

DAYS = [*business_days(date(2023, 12, 20), 2), *business_days(date(2024, 1, 10), 2)]
ALL_FORMS = ",".join(OWNERSHIP_FORMS)
Reparse = Callable[..., ReparseReport]


@pytest.fixture(scope="module")
def archive() -> Archive:
    return generate_archive(15, DAYS, 80)


@pytest.fixture
def filled(workspace: Workspace, full: Path) -> Workspace:
    """The user's own copy of a full lake."""
    copy_of(full, workspace.lake_folder)
    return workspace


@pytest.fixture(scope="module")
def full(archive: Archive, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A lake of four days with their raw archive; the two of December are compacted into their year."""
    root = tmp_path_factory.mktemp("reparse") / "lake"
    lake = Lake.open(root, create=True)
    for day in DAYS:
        with lake.begin(day.isoformat()) as ingest:
            for entry in entries(archive, day):
                content = archive.submissions[entry.accession_number]
                ingest.add_filing(parse_submission(content, source_path=entry.source_path), day)
                keep(lake, entry, content)
            ingest.add_day(
                IndexDay(index_date=day, state="whole", forms=ALL_FORMS, read_at=now()),
                entries(archive, day),
            )
            lake.commit(ingest, writer="nightly")
    lake.compact(date(2024, 1, 5))
    lake.close()
    return root


def now() -> datetime:
    return datetime.now(UTC)


def entries(archive: Archive, day: date) -> list[IndexEntry]:
    return [
        IndexEntry(
            accession_number=number,
            filing_date=day,
            index_date=day,
            form_type=archive.truth[number].form_type,
            source_path=archive.path_of(number),
        )
        for number in archive.accessions(day)
    ]


def keep(lake: Lake, entry: IndexEntry, content: bytes) -> None:
    lake.raw.append([RawSubmission(entry.accession_number, entry.index_date, entry.source_path, now(), content)])


@pytest.fixture
def reparse(monkeypatch: pytest.MonkeyPatch) -> Reparse:
    """The flow, with another parser."""
    from form4lake.flows.reparse import reparse as flow

    def run(parser: Parser, *given: Any, **named: Any) -> ReparseReport:
        monkeypatch.setattr("form4lake.flows.reparse.CURRENT", parser)
        report = flow(*given, **named)
        assert isinstance(report, ReparseReport), report
        return report

    return run


def tables_of(workspace: Workspace) -> dict[str, list[tuple[Any, ...]]]:
    """Every row, without the version of the parser."""
    left = {"filings": "EXCLUDE (parser_version)"}
    return {name: workspace.query(f"select * {left.get(name, '')} from {name} order by all") for name in TABLES}


def ending(archive: Archive, digit: str, *days: date) -> list[str]:
    return sorted(number for day in days or DAYS for number in archive.accessions(day) if number.endswith(digit))


@pytest.mark.flow
def test_what_changes_is_shown_and_committed_once(filled: Workspace, archive: Archive, reparse: Reparse) -> None:
    before, version = tables_of(filled), filled.lake.snapshot().version
    files = sorted(filled.lake_folder.rglob("*.parquet"))
    dry = reparse(BETTER, dry_run=True)
    assert tables_of(filled) == before
    assert (filled.lake.snapshot().version, sorted(filled.lake_folder.rglob("*.parquet"))) == (version, files)

    done = reparse(BETTER)
    assert dry.details() == done.details()
    assert "nothing was committed" in dry.summary()
    assert done.exit_code is dry.exit_code is Exit.DONE
    better, priced, noted = (ending(archive, digit) for digit in "123")
    prices = sum(len(archive.truth[number].non_derivative_transactions) for number in priced)
    found = done.done.differences
    assert done.done.read == len(archive.truth)
    assert found.values == {"filings.remarks": len(better), **prices_changed(prices)}
    assert found.rows_added == {"footnotes": len(noted), "parse_issues": len(noted)}
    assert not found.rows_gone
    assert found.filings == len(better) + len(noted) + len(with_transactions(archive, priced))
    assert f"filings.remarks  {len(better)} changed" in done.details()
    assert any("NULL -> read better" in line for line in done.details())
    assert any(better[0] in line for line in done.details())

    after = tables_of(filled)
    assert {row[0] for row in set(after["filings"]) ^ set(before["filings"])} == set(better)
    assert filled.query("select distinct parser_version from filings") == [(NEWER,)]
    assert filled.query("select accession_number from filings where remarks = 'read better' order by 1") == [
        (number,) for number in better
    ]
    assert len(after["footnotes"]) == len(before["footnotes"]) + len(noted)
    assert filled.query("select sum(expected), sum(stored), sum(missing) from coverage") == [(80, 80, 0)]
    assert filled.query("select count(*), count(distinct accession_number) from filings") == [(80, 80)]

    version = filled.lake.snapshot().version
    again = reparse(BETTER)
    assert (again.done.read, again.details(), filled.lake.snapshot().version) == (0, [], version)


def prices_changed(count: int) -> dict[str, int]:
    return {"non_derivative_transactions.transaction_price_per_share": count} if count else {}


def with_transactions(archive: Archive, numbers: list[str]) -> list[str]:
    return [number for number in numbers if archive.truth[number].non_derivative_transactions]


@pytest.mark.flow
def test_threads_processes_and_a_dask_cluster_read_the_same(
    filled: Workspace, reparse: Reparse, dask_cluster: DaskCluster
) -> None:
    filled.monkeypatch.setenv("FORM4_DASK_ADDRESS", dask_cluster.address)
    found = []
    for runner in ("threads", "processes", "dask"):
        filled.monkeypatch.setenv("FORM4_TASK_RUNNER", runner)
        found.append(reparse(BETTER, dry_run=True).done)
    assert found[0].read == 80
    assert found[0].differences.filings
    assert found[0] == found[1] == found[2]
    assert reparse(BETTER).done == found[0]
    assert filled.query("select count(*), min(parser_version) from filings") == [(80, NEWER)]


@pytest.mark.flow
def test_a_range_of_index_dates_is_read_again_and_no_other(
    filled: Workspace, archive: Archive, reparse: Reparse
) -> None:
    done = reparse(RAISED, DAYS[1], DAYS[2])
    chosen = {*archive.accessions(DAYS[1]), *archive.accessions(DAYS[2])}
    assert done.done.read == len(chosen)
    assert (done.done.differences.filings, done.details()) == (0, [])
    newer = filled.query(f"select accession_number from filings where parser_version = {NEWER}")
    assert {number for (number,) in newer} == chosen
    assert reparse(RAISED).done.read == 80 - len(chosen)


@pytest.mark.flow
def test_what_cannot_be_read_again_is_named_and_kept(filled: Workspace, archive: Archive, reparse: Reparse) -> None:
    before = tables_of(filled)
    for path in (filled.lake_folder / "raw").rglob(f"{DAYS[3]}.*"):
        path.unlink()
    done = reparse(LESS)
    refused, lost = ending(archive, "4", *DAYS[:3]), archive.accessions(DAYS[3])
    assert done.exit_code is Exit.INCOMPLETE
    assert (done.done.refused.count, done.done.without_raw.count) == (len(refused), len(lost))
    (without, hard) = map(str, done.attention())
    assert without.startswith(f"{len(lost)} filings are not in the raw archive")
    assert hard.startswith(f"{len(refused)} filings are refused by this parser")
    assert any(f"{number} (too hard)" in hard for number in refused)
    assert tables_of(filled) == before
    older = filled.query(f"select accession_number from filings where parser_version = {PARSER_VERSION}")
    assert {number for (number,) in older} == {*refused, *lost}


@pytest.mark.flow
def test_quarantined_filings_of_the_archive_are_tried_again(
    filled: Workspace, archive: Archive, reparse: Reparse
) -> None:
    lake, day = filled.lake, DAYS[0]
    number = archive.accessions(day)[0]
    good = IndexEntry(accession_number="0000000001-23-999999", filing_date=day, index_date=day, form_type="4",
                      source_path="edgar/data/1/0000000001-23-999999.txt")  # fmt: skip
    bad = IndexEntry(accession_number="0000000001-23-999998", filing_date=day, index_date=day, form_type="4",
                     source_path="edgar/data/1/0000000001-23-999998.txt")  # fmt: skip
    keep(lake, good, archive.submissions[number].replace(number.encode(), good.accession_number.encode()))
    keep(lake, bad, b"<html>no filing</html>")
    with lake.begin(day.isoformat()) as ingest:
        for entry in (good, bad):
            ingest.add_quarantined(quarantined(entry, "parse", "an older parser's reason"), day)
        lake.commit(ingest, writer="test")
    done = reparse(RAISED)
    assert (done.done.read, done.done.released, done.done.kept.count) == (80, 1, 1)
    assert done.exit_code is Exit.INCOMPLETE
    assert lake.stored([good.accession_number, bad.accession_number]) == {good.accession_number}
    ((_, left),) = lake.all_quarantined()
    assert (left.accession_number, left.attempts) == (bad.accession_number, 2)
    assert left.reason != "an older parser's reason"
    version = lake.snapshot().version
    assert reparse(RAISED).exit_code is Exit.INCOMPLETE
    assert lake.snapshot().version == version, "the same refusal again changes nothing"


KILLED = """
    from form4lake.flows import reparse
    from form4lake.tests.builders.newer_parsers import RAISED

    if __name__ == "__main__":
        reparse.CURRENT = RAISED
        reparse.reparse()
"""


@pytest.mark.flow
def test_a_killed_run_is_carried_on(filled: Workspace, reparse: Reparse, tmp_path: Path) -> None:
    script = tmp_path / "killed.py"
    script.write_text(textwrap.dedent(KILLED))
    version = filled.lake.snapshot().version
    with subprocess.Popen([sys.executable, str(script)], env=os.environ, stderr=subprocess.DEVNULL) as run:
        while filled.lake.snapshot().version == version and run.poll() is None:
            time.sleep(0.01)
        workers = list(children(run.pid))
        run.kill()
    assert workers, "it was killed after it had ended"
    done = filled.query(f"select count(*) from filings where parser_version = {NEWER}")[0][0]
    assert 0 < done < 80
    assert reparse(RAISED).done.read == 80 - done
    assert filled.query("select count(*), min(parser_version) from filings") == [(80, NEWER)]
    deadline = time.monotonic() + 120
    while any(Path(f"/proc/{each}").exists() for each in workers) and time.monotonic() < deadline:
        time.sleep(0.1)
    assert not any(Path(f"/proc/{each}").exists() for each in workers), "workers outlive the run that was killed"


def children(parent: int) -> Iterator[int]:
    for status in Path("/proc").glob("[0-9]*/stat"):
        try:
            fields = status.read_text().rpartition(")")[2].split()
        except OSError:
            continue
        if int(fields[1]) == parent:
            yield int(status.parent.name)


@pytest.mark.flow
def test_the_command_tells_and_exits(filled: Workspace) -> None:
    filled.monkeypatch.delenv("FORM4_EDGAR__IDENTITY")
    says(form4_here("reparse", "--dry-run"), 0, f"parser version {PARSER_VERSION}: 0 read again")
    says(form4_here("reparse", "2024-01-10", "2024-01-11"), 0, "0 read again")


@pytest.mark.flow
def test_wrong_use_is_explained(workspace: Workspace) -> None:
    says(form4_here("reparse"), 2, "there is no lake")
    lake = Lake.open(workspace.lake_folder, create=True)
    workspace.monkeypatch.setenv("FORM4_RAW_ARCHIVE", "false")
    says(form4_here("reparse"), 2, "raw_archive is false", "FORM4_RAW_ARCHIVE=true")
    says(form4_here("reparse", "2024-02-01", "2024-01-01"), 2, "earlier date first")
    assert lake.snapshot().version == 0


def test_all_is_parsed_in_order_whatever_the_batches(archive: Archive, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("form4lake.flows.steps.parsing.BATCH_FILINGS", 3)
    given = [(entry, archive.submissions[entry.accession_number]) for day in DAYS for entry in entries(archive, day)]
    with workers(Settings(task_runner="threads")) as pool:
        found = list(parse_all(pool, RAISED, iter(given)))
    assert [entry for entry, _ in found] == [entry for entry, _ in given]
    assert {filing.accession_number: filing for _, filing in found}.keys() == archive.truth.keys()
    assert {getattr(filing, "parser_version", None) for _, filing in found} == {NEWER}
