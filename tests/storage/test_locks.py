"""Locks and folders of writers: nobody who may only read can hold a writer up, and no sweep takes a living writer's."""

import errno
import fcntl
import logging
import os
import subprocess
import tempfile
import threading
import time
from collections.abc import Iterator
from contextlib import ExitStack
from pathlib import Path

import pytest
from obstore.store import S3Store

from form4lake.storage import Lake, LakeFull, LakeUnwritable
from form4lake.storage.files.bucket import ObjectFiles
from form4lake.storage.files.local import LocalFiles
from form4lake.storage.files.locks import held, own_folder
from form4lake.storage.read.engine import open_engine
from form4lake.tests.builders.lakes import MONDAY, contents, filing, store

STRANGER = 65_534


@pytest.fixture
def temporary(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Path]:
    """A system's folder for temporary files of the test's own."""
    folder = tmp_path / "tmp"
    folder.mkdir()
    monkeypatch.setattr(tempfile, "tempdir", str(folder))
    return folder


def bucket() -> ObjectFiles:
    return ObjectFiles(S3Store("bucket"), "bucket", "lake")


def test_a_living_writers_staging_for_a_bucket_survives_an_hour_and_other_commands(temporary: Path) -> None:
    writer = bucket().stage()
    (writer.folder / "filings.parquet").write_bytes(b"rows")
    lock = bucket().lock_file("nightly")
    with held(lock):
        hours_ago = time.time() - 7200
        for each in (*temporary.rglob("*"), temporary):
            os.utime(each, (hours_ago, hours_ago))
        open_engine().close()
        bucket().sweep_staging()
        assert (writer.folder / "filings.parquet").read_bytes() == b"rows"
        assert lock.exists()
    writer.discard()
    assert not writer.folder.exists()


def test_the_folder_for_a_bucket_is_the_users_alone(temporary: Path, tmp_path: Path) -> None:
    folder = own_folder()
    assert folder.stat().st_mode & 0o777 == 0o700
    folder.chmod(0o777)
    assert own_folder().stat().st_mode & 0o777 == 0o700
    folder.rmdir()
    (tmp_path / "elsewhere").mkdir()
    folder.symlink_to(tmp_path / "elsewhere")
    with pytest.raises(LakeUnwritable, match="is not a folder of this user's own"):
        bucket().stage()


@pytest.mark.skipif(os.geteuid() != 0, reason="only root can give a folder away")
def test_a_foreign_folder_for_a_bucket_is_refused(temporary: Path) -> None:
    folder = own_folder()
    os.chown(folder, STRANGER, STRANGER)
    with pytest.raises(LakeUnwritable, match=r"form4lake-lakes-of-0 is not a folder of this user's own.*TMPDIR"):
        bucket().stage()


def test_nobody_who_may_only_read_can_open_a_lock(tmp_path: Path) -> None:
    root = tmp_path / "lake"
    root.mkdir(mode=0o755)
    (root / "log").mkdir(mode=0o755)
    (root / "log" / "publish.lock").touch(mode=0o644)  # as older programs made it
    lake = Lake.open(root, create=True)
    store(lake, filing("a"))
    with lake.alone("nightly"):
        for name in ("publish", "nightly"):
            assert (root / "log" / f"{name}.lock").stat().st_mode & 0o777 == 0o600
    assert (root / "staging").stat().st_mode & 0o777 == 0o700


@pytest.mark.skipif(os.geteuid() != 0, reason="only root can be another user")
def test_another_user_cannot_hold_a_writer_up(tmp_path: Path) -> None:
    root = tmp_path / "lake"
    lake = Lake.open(root, create=True)
    readable, attack = (
        subprocess.run(["/bin/sh", "-c", f"exec < {name}"], cwd=root, user=STRANGER, group=STRANGER, check=False)
        for name in ("views.sql", "log/publish.lock")
    )
    assert (readable.returncode, attack.returncode) == (0, 2)
    assert store(lake, filing("a"))


@pytest.mark.parametrize(("folder", "lock"), [(0o755, 0o600), (0o775, 0o660), (0o777, 0o666), (0o700, 0o600)])
def test_a_lock_is_open_to_those_who_may_write_there(tmp_path: Path, folder: int, lock: int) -> None:
    tmp_path.chmod(folder)
    with held(tmp_path / "some.lock"):
        assert (tmp_path / "some.lock").stat().st_mode & 0o777 == lock


def test_whoever_waits_says_for_what(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    monkeypatch.setattr("form4lake.storage.files.locks.TOLD_AFTER_SECONDS", 0.01)
    path = tmp_path / "publish.lock"
    path.touch()
    with path.open() as holder:
        fcntl.flock(holder, fcntl.LOCK_EX)
        told = threading.Event()

        class Told(logging.Handler):
            def emit(self, record: logging.LogRecord) -> None:
                told.set()
                fcntl.flock(holder, fcntl.LOCK_UN)

        handler = Told()
        logging.getLogger("form4lake.storage").addHandler(handler)
        try:
            with held(path):
                pass
        finally:
            logging.getLogger("form4lake.storage").removeHandler(handler)
    assert told.is_set()
    assert f"waiting for {path}, which another writer has held" in caplog.text


def test_a_writer_waits_while_another_publishes(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("form4lake.storage.files.locks.TOLD_AFTER_SECONDS", 0.01)
    lake = Lake.open(tmp_path / "lake", create=True)
    versions: list[int] = []

    class Told(logging.Handler):
        def emit(self, _: logging.LogRecord) -> None:
            versions.append(Lake.open(tmp_path / "lake").snapshot().version)
            publishing.close()

    with ExitStack() as publishing:
        ingest = lake.begin("2024-01-08")
        ingest.add_filing(filing("a"), MONDAY)
        publishing.enter_context(lake._files.publishing())
        handler = Told()
        logging.getLogger("form4lake.storage").addHandler(handler)
        try:
            lake.commit(ingest, writer="test")
        finally:
            logging.getLogger("form4lake.storage").removeHandler(handler)
    assert versions == [0], "it waited, and nothing was committed meanwhile"
    assert lake.stored(["a"]) == {"a"}


def test_no_sweep_of_spills_takes_the_folder_for_a_bucket(temporary: Path) -> None:
    """A folder that older programs name by the user's number, which is seldom that of a process."""
    with subprocess.Popen(["/bin/true"]) as dead:
        pass
    folder = temporary / f"form4lake-{dead.pid}"
    folder.mkdir()
    os.utime(folder, (time.time() - 7200,) * 2)
    open_engine().close()
    assert folder.exists()


@pytest.mark.parametrize("number", [errno.EPERM, errno.ENOTSUP, errno.EXDEV])
def test_a_file_system_without_hard_links_is_named_before_the_work(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, number: int
) -> None:
    def refuse(*_: object) -> None:
        raise OSError(number, os.strerror(number))

    monkeypatch.setattr(os, "link", refuse)
    with pytest.raises(LakeUnwritable, match=r"needs hard links between its folders.*name a folder on a local disk"):
        Lake.open(tmp_path / "lake", create=True)
    left = [each for each in (tmp_path / "lake").rglob("*") if not each.is_dir()]
    assert [each.name for each in left] == ["publish.lock"]


@pytest.mark.parametrize("name", ["what?", "a*b [c] it's 50%20 {d} ü\u2028 year=2024 #?x"])
def test_a_lake_whose_path_has_odd_characters_is_a_lake(tmp_path: Path, name: str) -> None:
    root = tmp_path / name / "lake"
    lake = Lake.open(root, create=True)
    store(lake, filing("a"))
    store(lake, filing("b"), filing("a", ticker="NEW"))
    assert [row[0] for row in contents(Lake.open(root))["filings"]] == ["a", "b"]
    assert lake.verify(raw=True).violations == []
    assert isinstance(lake.snapshot().place, LocalFiles)


def test_no_folder_for_temporary_files_is_said_before_the_work(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(tempfile, "tempdir", None)
    monkeypatch.setattr(tempfile, "_candidate_tempdir_list", lambda: [str(tmp_path / "full")])
    with pytest.raises(LakeFull, match=r"no folder for temporary files can be written.*TMPDIR"):
        Lake.open(tmp_path / "lake", create=True)
    with pytest.raises(LakeFull, match=r"no folder for temporary files can be written.*TMPDIR"):
        bucket().stage()
