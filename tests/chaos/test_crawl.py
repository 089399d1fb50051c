"""A small chaos for every day: `make chaos-crawl` has the large one."""

from pathlib import Path

import pytest

from form4lake.tests.chaos.crawl import Plan, crawl


@pytest.mark.flow
def test_a_crawl_under_every_fault_ends_with_everything(tmp_path: Path) -> None:
    done = crawl(tmp_path, Plan(seed=1, days=6, filings=12, quick=True), kills=1, rate=150)
    assert done.wrong == []
    assert (done.missing, done.doubled, done.early) == (0, 0, 0)
    assert done.kills == 1
    assert done.faulty > 5
