"""A small chaos for every day: `make chaos-lake` has the large one, with the real commands."""

from pathlib import Path

import pytest

from form4lake.tests.chaos.injected import FAULTS
from form4lake.tests.chaos.storm import storm
from form4lake.tests.chaos.together import run_together

pytestmark = pytest.mark.flow


def test_faults_of_every_kind_leave_the_lake_whole(tmp_path: Path) -> None:
    found = storm(tmp_path, seed=1, kills=6, quick=True)
    assert found.wrong == []
    assert set(FAULTS) <= found.faults.keys()


def test_four_writers_and_two_readers_at_once(tmp_path: Path) -> None:
    found = run_together(tmp_path / "lake", seed=1, seconds=5)
    assert found.wrong == []
    assert (found.lost, found.torn) == (0, 0)
    assert found.commits > 0
    assert found.reads > 0
