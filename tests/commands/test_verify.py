"""`form4 verify` on a lake that somebody damaged: what it says to do is done, word by word, and nothing is missing."""

import re
import shlex

import pytest

from form4lake.replica import business_days, generate_archive
from form4lake.tests.builders.workspace import FIRST, TODAY, Workspace, form4_here


def test_there_is_no_lake_to_verify(workspace: Workspace) -> None:
    done = form4_here("verify")
    assert done.returncode == 2
    assert "there is no lake" in done.stderr


@pytest.mark.flow
def test_what_is_advised_fetches_a_lost_day_again(workspace: Workspace) -> None:
    archive = generate_archive(15, business_days(FIRST, 3), 60)
    with workspace.edgar(archive) as edgar:
        assert form4_here("nightly", "--as-of", archive.days[-1].isoformat()).returncode == 0
        whole = form4_here("verify", "--raw")
        assert whole.returncode == 0, whole.stdout
        assert re.search(r"^0 violations in \d+ files, [\d,]+ rows, version \d+$", whole.stdout, re.MULTILINE)
        asked = edgar.stats().by_kind["filing"]

        for folder in ("data", "snapshots"):
            next((workspace.lake_folder / folder / "filings").rglob(f"{FIRST}.*")).unlink()
        status = form4_here("status")
        assert status.returncode == 4
        assert "is missing. `form4 verify` says" in status.stderr
        found = form4_here("verify")
        assert found.returncode == 4
        assert "is missing" in found.stdout
        (advice,) = re.findall(r"form4 verify --drop-damaged, then (form4 backfill \S+ \S+)", found.stdout)
        dropped = form4_here("verify", "--drop-damaged")
        assert "which is not stored" in dropped.stdout, "an amendment of the lost day's is named until it is back"
        assert "--drop-damaged" not in dropped.stdout, "nothing is left to drop"
        assert workspace.count("filings") == 60 - len(archive.accessions(FIRST))
        done = form4_here(*shlex.split(advice)[1:], "--as-of", TODAY.isoformat())
        assert done.returncode == 0, done.stderr
        assert edgar.stats().by_kind["filing"] == asked, "the raw archive has the filings"
    assert form4_here("verify", "--raw").returncode == 0
    assert workspace.count("filings") == 60
