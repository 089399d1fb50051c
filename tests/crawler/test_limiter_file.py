"""Who may use the rate limiter's file, and what in its place is refused."""

import fcntl
import os
import stat
import threading
from collections.abc import Callable
from pathlib import Path

import pytest

from form4lake.crawler import BadOptions, ClientClosed, ClientOptions
from form4lake.crawler.limiter_file import limiter_file, users_folder
from form4lake.crawler.rate_limiter import RateLimiter

STRANGER = 54321
NEVER = threading.Event()
only_root = pytest.mark.skipif(os.geteuid() != 0, reason="only root can give files away")


@pytest.fixture
def options(make_options: Callable[..., ClientOptions]) -> ClientOptions:
    return make_options(base_url="https://www.sec.gov", requests_per_second=8.0)


def mode_of(path: Path) -> int:
    return stat.S_IMODE(path.stat().st_mode)


def test_a_folder_that_is_made_is_the_users_alone(options: ClientOptions) -> None:
    mask = os.umask(0)
    try:
        RateLimiter(options)
    finally:
        os.umask(mask)
    assert mode_of(limiter_file(options).parent) == 0o700
    assert mode_of(limiter_file(options)) == 0o600


@pytest.mark.parametrize(("folder", "file"), [(0o2770, 0o660), (0o1777, 0o666), (0o755, 0o600), (0o750, 0o600)])
def test_the_file_is_open_to_those_who_may_write_in_the_folder(options: ClientOptions, folder: int, file: int) -> None:
    path = limiter_file(options)
    path.parent.mkdir()
    path.parent.chmod(folder)
    mask = os.umask(0o077)
    try:
        RateLimiter(options)
    finally:
        os.umask(mask)
    assert mode_of(path) == file


def test_who_might_only_read_loses_the_right_to(options: ClientOptions) -> None:
    RateLimiter(options)
    limiter_file(options).chmod(0o644)
    RateLimiter(options).wait(NEVER)
    assert mode_of(limiter_file(options)) == 0o600


@only_root
def test_a_file_that_others_may_only_read_and_we_cannot_close_is_refused(options: ClientOptions) -> None:
    path = limiter_file(options)
    path.parent.mkdir()
    path.parent.chmod(0o1777)
    path.touch()
    path.chmod(0o644)
    os.chown(path, STRANGER, STRANGER)
    with pytest.raises(BadOptions, match="users who may only read it could hold everybody up"):
        RateLimiter(options)


@pytest.mark.parametrize("kind", ["symbolic link", "folder", "not a regular file"])
def test_what_is_no_plain_file_is_refused(options: ClientOptions, tmp_path: Path, kind: str) -> None:
    path = limiter_file(options)
    path.parent.mkdir()
    victim = tmp_path / "victim"
    victim.write_text("precious")
    if kind == "symbolic link":
        path.symlink_to(victim)
    elif kind == "folder":
        path.mkdir()
    else:
        os.mkfifo(path)
    with pytest.raises(BadOptions, match=f"{path}: it is an? {kind}|{path}: it is {kind}") as caught:
        RateLimiter(options)
    assert "edgar.rate_limiter_folder" in str(caught.value)
    assert victim.read_text() == "precious"


@only_root
def test_a_strangers_file_in_a_folder_of_ours_is_refused(options: ClientOptions) -> None:
    RateLimiter(options)
    os.chown(limiter_file(options), STRANGER, STRANGER)
    with pytest.raises(BadOptions, match="it belongs to another user"):
        RateLimiter(options)


@only_root
def test_a_strangers_folder_in_place_of_the_users_own_is_refused(
    make_options: Callable[..., ClientOptions], monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    folder = tmp_path / "taken"
    monkeypatch.setattr("form4lake.crawler.limiter_file.users_folder", lambda: folder)
    own = make_options(base_url="https://www.sec.gov", requests_per_second=8.0, rate_limiter_folder=None)
    RateLimiter(own)
    folder.chmod(0o777)
    RateLimiter(own)
    assert mode_of(folder) == 0o700
    os.chown(folder, STRANGER, STRANGER)
    with pytest.raises(BadOptions, match=r"taken: it belongs to another user"):
        RateLimiter(own)


def test_the_users_own_folder_does_not_hang_on_the_environment(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    here = users_folder()
    for name in ("HOME", "XDG_STATE_HOME", "TMPDIR"):
        monkeypatch.setenv(name, str(tmp_path))
    assert users_folder() == here
    assert here.is_absolute()


def test_a_user_whom_no_list_knows_has_a_folder_too(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(os, "geteuid", lambda: STRANGER)
    assert users_folder() == Path(f"/var/tmp/form4lake-{STRANGER}")


def test_whoever_waits_for_a_holder_says_so_and_can_be_stopped(
    options: ClientOptions, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    monkeypatch.setattr("form4lake.crawler.limiter_file.TOLD_AFTER_SECONDS", 0.05)
    limiter = RateLimiter(options)
    stop = threading.Event()
    with limiter_file(options).open("r+b") as held:
        fcntl.flock(held, fcntl.LOCK_EX)
        threading.Timer(0.3, stop.set).start()
        with pytest.raises(ClientClosed):
            limiter.wait(stop)
    assert [f"waiting for {limiter_file(options)}" in each.message for each in caplog.records] == [True]
