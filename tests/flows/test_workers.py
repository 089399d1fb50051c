"""Workers of every kind do the same work in the same order, and say it in a line when they cannot go on."""

import importlib
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

from form4lake.flows.steps.workers import WorkersFailed, workers
from form4lake.parsers import PARSER_VERSION
from form4lake.settings import Settings, SettingsError
from form4lake.storage import Lake
from form4lake.tests.builders.dask_cluster import DaskCluster, clustered
from form4lake.tests.builders.worker_functions import die, refuse, square
from form4lake.tests.builders.workspace import Workspace, form4_here, says


def on(cluster: DaskCluster) -> Settings:
    return Settings(task_runner="dask", dask_address=cluster.address)


def check_order(settings: Settings) -> None:
    taken = []

    def items() -> Iterator[int]:
        for number in range(40):
            taken.append(number)
            yield number

    with workers(settings) as pool:
        found = pool.each(square, items())
        assert next(found) == 0
        assert len(taken) <= 2 * pool.count() + 1
        assert list(found) == [number * number for number in range(1, 40)]
        assert list(pool.each(square, [])) == []
        with pytest.raises(ValueError, match="no 3"):
            list(pool.each(refuse, [3, 4]))


def test_results_come_in_order_few_items_are_taken_ahead_and_errors_are_raised() -> None:
    check_order(Settings(task_runner="threads"))


@pytest.mark.flow
def test_so_it_is_in_processes() -> None:
    check_order(Settings(task_runner="processes"))


@pytest.mark.flow
def test_so_it_is_on_a_cluster(dask_cluster: DaskCluster) -> None:
    check_order(on(dask_cluster))


@pytest.mark.flow
def test_a_killed_worker_is_said(capfd: pytest.CaptureFixture[str]) -> None:
    with workers(Settings(task_runner="processes")) as pool, pytest.raises(WorkersFailed, match="killed from outside"):
        list(pool.each(die, range(100)))
    assert "Traceback" not in capfd.readouterr().err


@pytest.mark.flow
def test_another_form4lake_on_the_cluster_is_refused(
    dask_cluster: DaskCluster, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / "only_here.py").write_text("def same(number): return number\n")
    monkeypatch.syspath_prepend(str(tmp_path))
    same = importlib.import_module("only_here").same
    with workers(on(dask_cluster)) as pool:
        with pytest.raises(WorkersFailed, match=r"No module named 'only_here'.*install the same version"):
            list(pool.each(same, [1]))
        monkeypatch.setattr("form4lake.flows.steps.workers.PARSER_VERSION", PARSER_VERSION + 1)
        with pytest.raises(WorkersFailed, match=f"parser version {PARSER_VERSION}, not {PARSER_VERSION + 1}"):
            list(pool.each(square, [1]))


@pytest.mark.flow
def test_a_lost_worker_is_replaced_by_another_and_a_lost_cluster_is_said(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capfd: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setattr("form4lake.flows.steps.workers.NO_WORKER_SECONDS", 0.5)
    with clustered(tmp_path) as cluster, workers(on(cluster)) as pool:
        found = pool.each(square, range(40))
        assert next(found) == 0
        cluster.workers[0].kill()
        assert list(found) == [number * number for number in range(1, 40)]
        cluster.workers[1].kill()
        with pytest.raises(WorkersFailed, match="has no worker any more"):
            list(pool.each(square, range(4)))
        cluster.scheduler.kill()
        with pytest.raises(WorkersFailed, match="is gone"):
            list(pool.each(square, range(4)))
    assert "Traceback" not in capfd.readouterr().err


def test_without_a_cluster_or_dask_it_says_what_to_do(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("form4lake.flows.steps.workers.CONNECT_SECONDS", 0.3)
    for address in ("tcp://127.0.0.1:9", "127.0.0.1", "http://127.0.0.1:9"):
        alone = Settings(task_runner="dask", dask_address=address)
        with pytest.raises(SettingsError, match=f"no dask cluster answers at '{address}'"), workers(alone):
            pass
    monkeypatch.setitem(sys.modules, "distributed", None)
    with pytest.raises(SettingsError, match=r"pip install 'form4lake\[dask\]'"), workers(alone):
        pass


@pytest.mark.flow
def test_the_command_says_it_in_a_line(workspace: Workspace) -> None:
    Lake.open(workspace.lake_folder, create=True)
    workspace.monkeypatch.setenv("FORM4_TASK_RUNNER", "dask")
    says(form4_here("reparse"), 2, "task_runner: dask needs dask_address")
    workspace.monkeypatch.setenv("FORM4_DASK_ADDRESS", "tcp://127.0.0.1:nine")
    says(form4_here("reparse"), 2, "no dask cluster answers", "dask scheduler")
