"""`form4 publish` and `form4 clone`: what a second user needs of the first."""

import json
from collections.abc import Callable
from html.parser import HTMLParser
from pathlib import Path

import deltalake
import pytest

from form4lake.flows.reports.run_report import RunReport
from form4lake.replica import business_days, generate_archive
from form4lake.storage import Lake
from form4lake.tests.builders.lakes import contents
from form4lake.tests.builders.web_server import web_server
from form4lake.tests.builders.workspace import FIRST, TODAY, Workspace, form4_here, says

pytestmark = pytest.mark.flow


class Links(HTMLParser):
    """Where a page leads."""

    def __init__(self, page: str) -> None:
        super().__init__()
        self.found: list[str] = []
        self.feed(page)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.found += [value for name, value in attrs if name in ("href", "src") and value]


def test_a_release_is_cloned_and_gone_on_with(
    workspace: Workspace, nightly: Callable[[], RunReport], tmp_path: Path
) -> None:
    archive = generate_archive(3, business_days(FIRST, 7), 40)
    for name in ("certificate-2024Q1.json", "certificate-2024Q1.html", "secret.txt"):
        (tmp_path / name).write_text(name)
    site, copy = tmp_path / "site", tmp_path / "copy"
    with workspace.edgar(archive) as edgar:
        nightly()
        done = form4_here("publish", "--release", str(site), "--certificates", str(tmp_path))
        assert done.returncode == 0, done.stderr
        with web_server(site) as server:
            cloned = form4_here("clone", server.url, str(copy))
            assert cloned.returncode == 0, cloned.stderr
            assert f"FORM4_LAKE={copy} form4 nightly" in cloned.stdout
            says(form4_here("clone", server.url, str(copy)), 4, "is a lake already")
        assert contents(Lake.open(copy)) == contents(workspace.lake)
        workspace.monkeypatch.setenv("FORM4_LAKE", str(copy))
        verified = form4_here("verify", "--raw")
        assert verified.returncode == 0, verified.stdout
        before = edgar.stats().by_kind["filing"]
        went_on = form4_here("nightly", "--as-of", TODAY.isoformat())
        assert went_on.returncode == 0, went_on.stderr
        assert "0 filings added" in went_on.stderr
        assert edgar.stats().by_kind["filing"] == before
    page = (site / "index.html").read_text()
    links = [each for each in Links(page).found if not each.startswith("data:")]
    assert "certificate-2024Q1.html" in links
    assert all((site / each).is_file() for each in links)
    assert "secret.txt" not in {each.name for each in site.iterdir()}
    assert "<dd>40</dd>" in page
    assert json.loads((site / "datapackage.json").read_text())["resources"]


def test_a_lake_on_the_web_is_asked_and_not_gone_on_with(
    workspace: Workspace, nightly: Callable[[], RunReport], tmp_path: Path
) -> None:
    with workspace.edgar(generate_archive(3, business_days(FIRST, 2), 10)):
        nightly()
        with web_server(workspace.lake_folder, parts=True) as server:
            workspace.monkeypatch.setenv("FORM4_LAKE", server.url)
            asked = form4_here("sql", "--format", "csv", "select count(*) from filings")
            assert asked.stdout.splitlines()[1] == "10", asked.stderr
            for command in ("nightly", "compact", "publish"):
                says(form4_here(command), 4, f"form4 clone {server.url} FOLDER")
            says(form4_here("verify"), 2, "form4 clone")


def test_publish_says_where_other_engines_look(workspace: Workspace, nightly: Callable[[], RunReport]) -> None:
    with workspace.edgar(generate_archive(3, business_days(FIRST, 2), 10)):
        nightly()
    done = form4_here("publish")
    assert done.returncode == 0, done.stderr
    address = next(line.split("  ")[0] for line in done.stdout.splitlines() if "/filings  " in line)
    assert deltalake.DeltaTable(address).count() == 10
    assert f"show version {workspace.lake.snapshot().version} of the lake" in done.stdout


def test_what_cannot_be_published_or_cloned_is_said(workspace: Workspace, tmp_path: Path) -> None:
    says(form4_here("publish"), 2, "there is no lake")
    says(form4_here("clone", str(tmp_path / "none"), str(tmp_path / "copy")), 2, "there is no lake")
    says(form4_here("clone", "https://www.sec.gov/Archives", str(tmp_path / "copy")), 2, "the SEC serves no lakes")
    says(form4_here("clone", "https://no-such-host.invalid/lake", str(tmp_path / "copy")), 4, "cannot be reached")
    says(form4_here("publish", "--without-raw"), 2, "--release")
    says(form4_here("publish", "--release", "site", "--certificates", str(tmp_path)), 2, "has no certificates")
    assert not (tmp_path / "copy").exists()
