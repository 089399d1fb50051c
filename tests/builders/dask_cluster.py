"""A dask cluster on loopback, started by the commands that a user would: a scheduler and workers of one thread."""

import json
import os
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from pathlib import Path

DASK = Path(sys.executable).with_name("dask")


@dataclass(frozen=True)
class DaskCluster:
    """A running cluster."""

    address: str
    scheduler: subprocess.Popen[bytes]
    workers: list[subprocess.Popen[bytes]]


@contextmanager
def clustered(folder: Path, count: int = 2) -> Iterator[DaskCluster]:
    """A cluster of `count` workers, with its files in `folder`."""
    where = folder / "scheduler.json"
    environment = os.environ | {"DASK_LOGGING__DISTRIBUTED": "error"}
    common: list[str | Path] = ["--scheduler-file", where, "--no-dashboard"]
    with ExitStack() as stack:
        log = stack.enter_context((folder / "dask.log").open("wb"))

        def start(*arguments: str | Path) -> subprocess.Popen[bytes]:
            process = subprocess.Popen([DASK, *arguments], env=environment, cwd=folder, stdout=log, stderr=log)
            stack.callback(process.wait)
            stack.callback(process.kill)
            return process

        scheduler = start("scheduler", "--host", "127.0.0.1", "--port", "0", *common)
        address = _address(where, scheduler, folder / "dask.log")
        one: tuple[str | Path, ...] = ("--nthreads", "1", "--no-nanny", "--local-directory", folder)
        workers = [start("worker", *common, *one) for _ in range(count)]
        yield DaskCluster(address, scheduler, workers)


def _address(where: Path, scheduler: subprocess.Popen[bytes], log: Path) -> str:
    deadline = time.monotonic() + 60
    while scheduler.poll() is None and time.monotonic() < deadline:
        text = where.read_text() if where.exists() else ""
        if text.endswith("}"):
            return str(json.loads(text)["address"])
        time.sleep(0.05)
    raise RuntimeError(f"the dask scheduler did not start: {log.read_text()[-2000:]}")
