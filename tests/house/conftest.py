"""The whole house against the replica: settings in the environment, a lake of its own, flows run for real."""

import os
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from dask_cluster import DaskCluster, clustered
from houses import FIRST, TODAY, House

from flows.report import RunReport


@pytest.fixture
def house(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> House:
    """A user with an identity, an empty lake and a fast gate of his own."""
    for name in [name for name in os.environ if name.startswith("FORM4_")]:
        monkeypatch.delenv(name)
    monkeypatch.chdir(tmp_path)
    settings = {
        "LAKE": str(tmp_path / "lake"),
        "EDGAR__IDENTITY": "Test User test@example.com",
        "EDGAR__BASE_URL": "http://127.0.0.1:9",
        "EDGAR__REQUESTS_PER_SECOND": "2000",
        "EDGAR__THROTTLE_PAUSE_SECONDS": "0.2",
        "EDGAR__ATTEMPTS": "1",
        "EDGAR__GATE_FOLDER": str(tmp_path / "gate"),
        "DATASET_FOLDER": str(tmp_path / "sets"),
        "NIGHTLY__SINCE": FIRST.isoformat(),
    }
    for name, value in settings.items():
        monkeypatch.setenv(f"FORM4_{name}", value)
    return House(tmp_path / "lake", monkeypatch)


@pytest.fixture(scope="session")
def dask_cluster(tmp_path_factory: pytest.TempPathFactory) -> Iterator[DaskCluster]:
    """A dask cluster of two workers, which can import the modules of this folder."""
    with clustered(tmp_path_factory.mktemp("dask"), modules=Path(__file__).parent) as cluster:
        yield cluster


@pytest.fixture
def nightly(prefect_server: str) -> Callable[[], RunReport]:
    """The nightly run, as of TODAY."""
    from flows.nightly import nightly as flow

    def run() -> RunReport:
        report = flow(today=TODAY, return_state=True).result(raise_on_failure=False)
        assert isinstance(report, RunReport), report
        return report

    return run
