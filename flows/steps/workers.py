"""Where pure functions run, as `task_runner` says: threads or processes of this machine, or a dask cluster."""

import gc
import os
import signal
import threading
import time
from collections import deque
from collections.abc import Callable, Iterable, Iterator
from concurrent.futures import (
    BrokenExecutor,
    CancelledError,
    Executor,
    Future,
    ProcessPoolExecutor,
    ThreadPoolExecutor,
    wait,
)
from contextlib import contextmanager
from multiprocessing import get_context
from typing import Any, TypeVar

from ...parsers import PARSER_VERSION
from ...settings import Settings, SettingsError
from .processes import WorkersFailed, end_with_parent

CONNECT_SECONDS = 10.0
"""How long a dask cluster may take to answer, and then to show its first worker."""
LOOK_SECONDS = 1.0
NO_WORKER_SECONDS = 60.0
"""A dask cluster that has had no worker for so long will do no work; one that is restarted is back sooner."""

Item = TypeVar("Item")
Result = TypeVar("Result")


class Workers:
    """Runs pure functions on an executor's workers."""

    def __init__(self, executor: Executor) -> None:
        self._executor = executor

    def count(self) -> int:
        """How many calls run at once."""
        return os.cpu_count() or 1

    def each(self, function: Callable[[Item], Result], items: Iterable[Item]) -> Iterator[Result]:
        """What `function` makes of each item, in their order.

        The function, the items and the results are pickled, the function by its name. What the function raises is
        raised here. Items are taken as workers get free, so few are in memory at once.

        Raises:
            WorkersFailed: a worker was killed, or the cluster is gone.
        """
        waiting: deque[Future[Result]] = deque()
        try:
            for item in items:
                waiting.append(self._submit(function, item))
                if len(waiting) > 2 * self.count():
                    yield self._result(waiting.popleft())
            while waiting:
                yield self._result(waiting.popleft())
        finally:
            for each in waiting:
                each.cancel()

    def _submit(self, function: Callable[[Item], Result], item: Item) -> Future[Result]:
        try:
            return self._executor.submit(function, item)
        except BrokenExecutor:
            raise _killed() from None

    def _result(self, future: Future[Result]) -> Result:
        try:
            return future.result()
        except BrokenExecutor:
            raise _killed() from None


class DaskWorkers(Workers):
    """Runs them on a dask cluster, which puts those of a worker that was lost on another."""

    def __init__(self, client: Any) -> None:
        super().__init__(client.get_executor(pure=False))
        self._client = client
        self._address = client.scheduler.address

    def count(self) -> int:
        """The cluster's threads, as it said last."""
        return int(self._client.scheduler_info()["total_threads"])

    def _submit(self, function: Callable[[Item], Result], item: Item) -> Future[Result]:
        return self._executor.submit(_as_here, PARSER_VERSION, function, item)

    def _result(self, future: Future[Result]) -> Result:
        from distributed import KilledWorker

        at = f"the dask cluster at {self._address}"
        seen = time.monotonic()
        while not wait([future], timeout=LOOK_SECONDS).done:
            if self.count():
                seen = time.monotonic()
            elif time.monotonic() - seen > NO_WORKER_SECONDS:
                raise WorkersFailed(f"{at} has no worker any more: start some, then run this again")
        try:
            return future.result()
        except CancelledError:
            raise WorkersFailed(f"{at} is gone: start its scheduler and workers, then run this again") from None
        except KilledWorker as killed:
            raise WorkersFailed(f"{at} lost several workers to one call, short of memory perhaps: {killed}") from None
        except (ImportError, RuntimeError) as failed:
            missing = failed if isinstance(failed, ImportError) else failed.__cause__
            if not isinstance(missing, ImportError | AttributeError):
                raise
            raise WorkersFailed(
                f"{at} cannot import this form4lake ({missing}): install the same version for its scheduler and workers"
            ) from None


@contextmanager
def workers(settings: Settings) -> Iterator[Workers]:
    """The workers that the settings name.

    Raises:
        SettingsError: they name a dask cluster that does not answer or has no worker, or dask is not installed.
    """
    if settings.task_runner == "dask":
        with _dask_client(settings.dask_address or "") as client:
            yield DaskWorkers(client)
        return
    pool = ThreadPoolExecutor(os.cpu_count()) if settings.task_runner == "threads" else _processes()
    try:
        yield Workers(pool)
    finally:
        pool.shutdown(wait=True, cancel_futures=True)


@contextmanager
def _dask_client(address: str) -> Iterator[Any]:
    # Read by dask when it is imported: what becomes of a cluster is said by us, once.
    os.environ.setdefault("DASK_LOGGING__DISTRIBUTED", "critical")
    try:
        import dask
        from distributed import Client
    except ImportError:
        raise SettingsError("task_runner: dask needs the package distributed: pip install 'form4lake[dask]'") from None
    # A batch with a large submission is not a mistake; dask need not warn of it.
    with dask.config.set({"distributed.admin.large-graph-warning-threshold": "1 GiB"}):
        refused: str | None = None
        try:
            client = Client(address, timeout=CONNECT_SECONDS, set_as_default=False)
        except (OSError, ValueError) as failed:
            refused = str(failed)
        if refused is not None:
            # What was made of the client closes here: while another is being made, both would wait for ever.
            gc.collect()
            raise SettingsError(
                f"dask_address: no dask cluster answers at {address!r} ({refused}): start one with `dask scheduler`, "
                "or set task_runner: processes"
            )
        with client:
            try:
                client.wait_for_workers(1, timeout=CONNECT_SECONDS)
            except TimeoutError:
                raise SettingsError(
                    f"the dask cluster at {address} has no worker: start some with `dask worker {address}`"
                ) from None
            yield client


def _as_here(version: int, function: Callable[[Item], Result], item: Item) -> Result:
    """What a dask worker runs; its form4lake is installed there, and could be another."""
    if version != PARSER_VERSION:
        raise WorkersFailed(
            f"a dask worker has parser version {PARSER_VERSION}, not {version}: install the same form4lake everywhere"
        )
    return function(item)


def _processes() -> Executor:
    # A worker imports our modules by our name, never files of the folder it is started in.
    os.environ.setdefault("PYTHONSAFEPATH", "1")
    # Spawned, not forked: DuckDB and Prefect have threads, whose locks a fork would copy as they are.
    return ProcessPoolExecutor(os.cpu_count(), mp_context=get_context("spawn"), initializer=_begin)


def _begin() -> None:
    """What a worker process does first: leave Ctrl-C to its parent, and end when that is killed, which says nothing."""
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    threading.Thread(target=end_with_parent, daemon=True).start()


def _killed() -> WorkersFailed:
    return WorkersFailed(
        "a worker process was killed from outside, for lack of memory perhaps; what is committed is kept: "
        "run the same command again, with task_runner: threads if memory is short"
    )
