"""Clones: a lake from wherever its files are served, each checked; whoever serves it, nothing is written elsewhere."""

import json
import shutil
import signal
import socket
import subprocess
import sys
import textwrap
import time
from collections.abc import Callable
from dataclasses import replace
from datetime import date
from pathlib import Path
from threading import Lock
from typing import Any

import pytest

from form4lake.storage import Lake, LakeDamaged, LakeError, LakeFull, LakeMissing, LakeUnreachable, LakeUnwritable
from form4lake.storage.files import web_requests
from form4lake.storage.files.place import files_at
from form4lake.storage.versions.log import CommitLog
from form4lake.storage.versions.seal import sealed, unsealed
from form4lake.tests.builders.lakes import TUESDAY, contents, filing, full_filing, store, submission
from form4lake.tests.builders.web_server import Handler, web_server

pytestmark = pytest.mark.flow
ENTRY = "log/00000000000000000001.json"


def live_through(lake: Lake) -> None:
    store(lake, full_filing("0000000001-24-000001"), filing("0000000001-24-000002"))
    store(lake, filing("0000000001-24-000003", TUESDAY), day=TUESDAY)
    store(lake, filing("0000000001-23-000001", date(2023, 12, 4)), day=date(2023, 12, 4))
    lake.compact_period("2023")
    lake.raw.append([submission("0000000001-24-000001")])
    lake.raw.compact_period(date(2024, 1, 8))


@pytest.fixture(scope="module")
def source(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A lake of a compacted year and two days, with a raw archive."""
    root = tmp_path_factory.mktemp("source") / "lake"
    with Lake.open(root, create=True) as lake:
        live_through(lake)
    return root


@pytest.fixture(scope="module")
def released(source: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A release of it."""
    folder = tmp_path_factory.mktemp("released") / "site"
    Lake.open(source).release(folder, program="1")
    return folder


def same(folder: Path, source: str | Path, *, raw: bool = True) -> None:
    clone, original = Lake.open(folder), Lake.open(source)
    found = clone.verify(raw=raw)
    assert found.violations == []
    assert found.version == original.snapshot().version
    assert clone.snapshot().live == original.snapshot().live
    assert contents(clone) == contents(original)
    day = date(2024, 1, 8)
    assert clone.raw.held(day) == (original.raw.held(day) if raw else set())


def test_a_clone_of_a_release_is_the_lake_and_goes_on(source: Path, released: Path, tmp_path: Path) -> None:
    """Over a plain `python -m http.server`."""
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    command = [sys.executable, "-m", "http.server", str(port), "--bind", "127.0.0.1", "--directory", str(released)]
    with subprocess.Popen(command, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL) as server:
        try:
            until_it_answers(port)
            told: list[tuple[int, int]] = []
            done = Lake.clone(f"http://127.0.0.1:{port}", tmp_path / "clone", lambda *each: told.append(each))
        finally:
            server.terminate()
    assert done.version == Lake.open(source).snapshot().version
    assert done.files == done.fetched == len(told)
    assert max(told) == (done.bytes, done.bytes)
    same(tmp_path / "clone", source)
    clone = Lake.open(tmp_path / "clone", create=True)
    commit = store(clone, filing("0000000001-24-000009", TUESDAY), day=TUESDAY)
    assert commit
    assert commit.version == done.version + 1
    assert clone.verify(raw=True).violations == []


def until_it_answers(port: int) -> None:
    while True:
        try:
            socket.create_connection(("127.0.0.1", port), timeout=1).close()
        except OSError:
            time.sleep(0.05)
        else:
            return


def test_a_clone_of_a_folder_and_without_the_raw_archive(source: Path, tmp_path: Path) -> None:
    Lake.clone(str(source), tmp_path / "whole")
    same(tmp_path / "whole", source)
    Lake.clone(str(source), tmp_path / "rows", raw=False)
    same(tmp_path / "rows", source, raw=False)


def test_a_clone_of_a_lake_that_is_served_as_it_is(source: Path, tmp_path: Path) -> None:
    """Without a manifest: the log's entries are found by their numbers, the raw archive is not."""
    with web_server(source) as server:
        with pytest.raises(LakeMissing, match="--without-raw"):
            Lake.clone(server.url, tmp_path / "clone")
        Lake.clone(server.url, tmp_path / "clone", raw=False)
    same(tmp_path / "clone", source, raw=False)


def test_a_clone_of_a_bucket(object_lake: str, tmp_path: Path) -> None:
    with Lake.open(object_lake, create=True) as lake:
        live_through(lake)
        released = lake.release(tmp_path / "release", program="1")
    Lake.clone(object_lake, tmp_path / "clone")
    same(tmp_path / "clone", object_lake)
    assert released.raw_files == 1
    with web_server(tmp_path / "release") as server:
        Lake.clone(server.url, tmp_path / "other")
    same(tmp_path / "other", object_lake)


def test_a_long_log_is_cloned_with_few_questions(tmp_path: Path) -> None:
    with Lake.open(tmp_path / "lake", create=True) as lake:
        store(lake, filing("0000000001-24-000001"))
    log = CommitLog(files_at(tmp_path / "lake"))
    for version in range(2, 68):
        log.append(replace(log.entry(1), version=version, added=[], removed=[]))
    with web_server(tmp_path / "lake") as server:
        Lake.clone(server.url, tmp_path / "clone", raw=False)
        assert sum(method == "HEAD" for method, _ in server.asked) < 20
    same(tmp_path / "clone", tmp_path / "lake", raw=False)
    assert (tmp_path / "clone" / "log" / "00000000000000000064.checkpoint.json").exists()


def test_a_killed_clone_fetches_only_what_is_missing(source: Path, released: Path, tmp_path: Path) -> None:
    script = """
        import sys
        from pathlib import Path
        from form4lake.storage import Lake
        from form4lake.storage.sharing import clone

        clone.AT_ONCE = 1
        Lake.clone(sys.argv[1], Path(sys.argv[2]))
    """
    served = []

    def until_the_fifth(request: Handler) -> bool:
        if request.command == "GET" and request.path.endswith(".parquet"):
            served.append(request.path)
            if len(served) == 5:
                process.send_signal(signal.SIGKILL)
                process.wait()
        return False

    folder = tmp_path / "clone"
    with web_server(released, until_the_fifth) as server:
        process = subprocess.Popen([sys.executable, "-c", textwrap.dedent(script), server.url, str(folder)])
        assert process.wait() == -signal.SIGKILL
    with pytest.raises(LakeMissing):
        Lake.open(folder)
    kept = sorted(each.relative_to(folder).as_posix() for each in folder.rglob("*.parquet"))
    assert len(kept) == 4
    victim = folder / kept[0]
    victim.write_bytes(bytes(victim.stat().st_size))  # of the right size, and not what it was
    with web_server(released) as server:
        done = Lake.clone(server.url, folder)
        assert len(server.fetched()) == done.fetched == done.files - 3
    same(folder, source)


def test_a_lake_that_goes_on_meanwhile_is_cloned_as_it_is_then(source: Path, tmp_path: Path) -> None:
    lake_folder = tmp_path / "lake"
    Lake.clone(str(source), lake_folder)
    lake = Lake.open(lake_folder, create=True, grace_seconds=0)
    gone_on: list[Any] = []
    alone = Lock()

    def compact_first(request: Handler) -> bool:
        with alone:
            if request.command == "GET" and request.path.endswith(".parquet") and not gone_on:
                gone_on.append(lake.compact_period("2024-01"))
                store(lake, filing("0000000001-24-000009", TUESDAY), day=TUESDAY)
        return False

    with web_server(lake_folder, compact_first) as server:
        Lake.clone(server.url, tmp_path / "clone", raw=False)
    assert gone_on[0]
    same(tmp_path / "clone", lake_folder, raw=False)


def test_a_release_says_what_it_is(source: Path, released: Path) -> None:
    lake = Lake.open(source)
    package = json.loads((released / "datapackage.json").read_text())
    filings = next(each for each in package["resources"] if each["name"] == "filings")
    assert filings["path"] == [f"data/{each.path}" for each in lake.snapshot().entries("filings")]
    assert filings["schema"]["primaryKey"] == ["accession_number"]
    assert f'version: "{lake.snapshot().version}"' in (released / "CITATION.cff").read_text()
    manifest = json.loads((released / "manifest.json").read_text())
    assert manifest["lake_version"] == lake.snapshot().version
    on_disk = {each.relative_to(released).as_posix() for each in released.rglob("*.*") if each.parent != released}
    assert {each["path"] for each in manifest["files"] if "/" in each["path"]} == {
        each for each in on_disk if (released / each).is_file()
    }
    with pytest.raises(LakeUnwritable, match="not an empty folder"):
        lake.release(released, program="1")


def test_a_folder_with_something_else_is_left_alone(source: Path, tmp_path: Path) -> None:
    (tmp_path / "thesis.tex").write_text("x")
    with pytest.raises(LakeUnwritable, match=r"thesis\.tex"):
        Lake.clone(str(source), tmp_path)
    assert [each.name for each in tmp_path.iterdir()] == ["thesis.tex"]
    with pytest.raises(LakeUnwritable, match="is a lake already"):
        Lake.clone(str(source), source)


@pytest.mark.parametrize(
    ("address", "said"),
    [
        ("https://www.sec.gov/Archives", "the SEC serves no lakes"),
        ("https://WWW.SEC.GOV./lake", "the SEC serves no lakes"),
        ("https://data.sec.gov", "the SEC serves no lakes"),
        ("http://example.com/lake", "only https"),
        ("https://me:secret@example.com/lake", "no password"),
        ("https://example.com/lake?x=1", "no password"),
        ("https:///lake", "not an address"),
        ("ftp://example.com/lake", "cannot be the place"),
    ],
)
def test_addresses_that_are_not_asked(address: str, said: str, tmp_path: Path) -> None:
    with pytest.raises(LakeMissing, match=said) as raised:
        Lake.clone(address, tmp_path / "clone")
    assert "secret" not in str(raised.value)


def changed_entry(source: Path, change: Callable[[dict[str, Any]], None]) -> bytes:
    """The first entry of a log with a change, sealed as its writer would have."""
    content = unsealed(json.loads((source / ENTRY).read_text()))
    assert content
    change(content)
    return json.dumps(sealed(content)).encode()


def outside(content: dict[str, Any]) -> None:
    content["added"][0]["path"] = "filings/year=2024/../../../../../evil.parquet"


def absolute(content: dict[str, Any]) -> None:
    content["added"][0]["path"] = "/tmp/evil.parquet"


def unknown_table(content: dict[str, Any]) -> None:
    content["added"][0] |= {"path": "evil/year=2024/2024-01-08.x.parquet", "table": "evil"}


def no_number(content: dict[str, Any]) -> None:
    content["added"][0]["bytes"] = "many"


def enormous(content: dict[str, Any]) -> None:
    content["added"][0]["bytes"] = 1 << 60


def other_version(content: dict[str, Any]) -> None:
    content["version"] = 7


def no_dates(content: dict[str, Any]) -> None:
    content["summary"]["index_dates"] = [7]


@pytest.mark.parametrize(
    ("change", "said"),
    [
        (outside, "is no file of a lake"),
        (absolute, "is no file of a lake"),
        (unknown_table, "a newer form4lake"),
        (no_number, "has no size"),
        (enormous, "has room for"),
        (other_version, "it says that it is entry 7"),
        (no_dates, "its dates are no dates"),
    ],
)
def test_a_log_that_means_harm(
    source: Path, tmp_path: Path, change: Callable[[dict[str, Any]], None], said: str
) -> None:
    entry = changed_entry(source, change)
    refused(source, tmp_path, lambda request: request.path == f"/{ENTRY}" and request.give(200, entry), said)


def big(request: Handler, piece: bytes = bytes(1 << 16), pause: float = 0) -> bool:
    """A file that does not end."""
    if request.command == "HEAD" or not request.path.endswith(".parquet"):
        return False
    request.send_response(200)
    request.end_headers()
    try:
        while True:
            request.wfile.write(piece)
            time.sleep(pause)
    except OSError:
        request.close_connection = True
    return True


def endless_log(request: Handler) -> bool:
    """A log that has every entry it is asked for."""
    return request.command == "HEAD" and request.give(200, b"", size=10)


def redirect(request: Handler) -> bool:
    return request.path.endswith(".parquet") and request.give(302, b"", {"Location": "https://www.sec.gov/evil"})


def cut(request: Handler) -> bool:
    if request.command == "HEAD" or not request.path.endswith(".parquet"):
        return False
    request.close_connection = True
    return request.give(200, bytes(10), size=1000)


def short(request: Handler) -> bool:
    return request.path.endswith(".parquet") and request.give(200, bytes(10))


def other(request: Handler) -> bool:
    """As many bytes, and others."""
    if request.command == "HEAD" or not request.path.endswith(".parquet"):
        return False
    return request.give(200, bytes(Path(request.translate_path(request.path)).stat().st_size))


def other_log(request: Handler) -> bool:
    return request.path == f"/{ENTRY}" and request.give(200, b"{}")


def page(request: Handler) -> bool:
    """A page for whatever is asked, as some servers have it."""
    return request.give(200, b"<html>")


def forbidden(request: Handler) -> bool:
    return request.path.endswith(".parquet") and request.give(403, b"")


def nothing(request: Handler) -> bool:
    return request.path.endswith(".parquet") and request.give(404, b"")


@pytest.mark.parametrize(
    ("answer", "said"),
    [
        (big, "does not end after|should have"),
        (endless_log, "more than 1,048,576 versions"),
        (redirect, "leads to https://www.sec.gov/evil, which is not followed"),
        (cut, "broke off after 10|should have"),
        (short, "has 10 bytes, not"),
        (other, "has another SHA-256"),
        (other_log, "cannot be used: entry 1"),
        (page, "is not a manifest"),
        (forbidden, "status 403"),
        (nothing, "is missing, though the log names it"),
    ],
)
def test_a_server_that_serves_ill(source: Path, tmp_path: Path, answer: Callable[[Handler], bool], said: str) -> None:
    refused(source, tmp_path, answer, said)


def test_a_server_that_is_slow(source: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(web_requests, "READ_SECONDS", 0.3)
    monkeypatch.setattr(web_requests, "LEAST_BYTES_A_SECOND", 1e9)

    refused(source, tmp_path, lambda request: big(request, b"x", 0.01), "comes slower than")


def test_a_manifest_that_means_harm(released: Path, tmp_path: Path) -> None:
    manifest = json.loads((released / "manifest.json").read_text())
    evil = {"path": "raw/../../evil.parquet", "bytes": 1, "sha256": "0" * 64}
    content = json.dumps(manifest | {"files": [*manifest["files"], evil]}).encode()

    def answer(request: Handler) -> bool:
        return request.path == "/manifest.json" and request.give(200, content)

    refused(released, tmp_path, answer, "no file of a lake", raw=True)


def refused(served: Path, tmp_path: Path, answer: Callable[[Handler], bool], said: str, *, raw: bool = False) -> None:
    """An error for people; no lake, and nothing outside the clone's folder."""
    folder = tmp_path / "below" / "clone"
    with web_server(served, answer) as server, pytest.raises(LakeError, match=said) as raised:
        Lake.clone(server.url, folder, raw=raw)
    assert isinstance(raised.value, LakeDamaged | LakeUnreachable | LakeFull | LakeUnwritable)
    assert not (folder / "log").exists()
    assert [each for each in folder.rglob("*") if each.is_file() and each.suffix != ".parquet"] == []
    assert [each.name for each in tmp_path.iterdir()] == ["below"]
    assert [each.name for each in (tmp_path / "below").iterdir()] == ["clone"]
    shutil.rmtree(folder)
