"""Prefect's server as `form4 serve` starts it: its user gets in, a web page, another user and a foreign name do not."""

import json
import os
import stat
import time
from base64 import b64encode
from collections.abc import Iterator
from http.client import HTTPConnection
from pathlib import Path
from urllib.parse import urlsplit

import pytest
import websockets.sync.client
from websockets.exceptions import ConnectionClosed, InvalidStatus

from form4lake.flows.serving.closed_app import LOGIN
from form4lake.flows.serving.find_api import running_serve
from form4lake.flows.serving.prefect_server import prefect_server
from form4lake.flows.serving.state_folder import Announced, StateFolder
from form4lake.settings import SettingsError

pytestmark = pytest.mark.flow

READS = ["/api/admin/settings", "/api/block_documents/filter", "/api/csrf-token?client=x", "/api/deployments/filter"]
SOCKETS = ["/api/events/in", "/api/events/out", "/api/logs/out"]
MINE: dict[str, str] = {}


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> StateFolder:
    return StateFolder(tmp_path_factory.mktemp("state") / "form4lake")


@pytest.fixture(scope="module")
def server(folder: StateFolder) -> Iterator[Announced]:
    with pytest.MonkeyPatch.context() as patched:
        for name in [name for name in os.environ if name.startswith("PREFECT_")]:
            patched.delenv(name)
        folder.make()
        with prefect_server(0, folder.secret(), folder) as one:
            yield one


def asked(server: Announced, path: str, method: str = "GET", **headers: str) -> tuple[int, bytes, dict[str, str]]:
    """A request with these headers, their underscores as hyphens; `Host` may be foreign."""
    connection = HTTPConnection(urlsplit(server.address).netloc, timeout=30)
    body = b"{}" if method in ("POST", "PATCH", "PUT") else None
    named = {name.replace("_", "-"): value for name, value in headers.items()}
    connection.request(method, path, body, {"Content-Type": "application/json", **named})
    answer = connection.getresponse()
    found = answer.status, answer.read(), {name.lower(): value for name, value in answer.getheaders()}
    connection.close()
    return found


def basic(server: Announced) -> str:
    return "Basic " + b64encode(server.secret.encode()).decode()


def method_of(path: str) -> str:
    return "POST" if path.endswith("filter") else "GET"


@pytest.mark.parametrize("path", [*READS, "/api/flows/", "/api/deployments/", "/api/block_documents/"])
def test_another_user_of_the_machine_has_no_secret(server: Announced, path: str) -> None:
    for method in ("GET", "POST", "PATCH", "DELETE"):
        for headers in ({}, {"Authorization": "Basic " + b64encode(b"guessed").decode()}):
            assert asked(server, path, method, **headers)[0] in (401, 403)


@pytest.mark.parametrize("path", [*READS, "/api/flows/"])
def test_a_web_page_gets_nothing_even_with_the_secret(server: Announced, path: str) -> None:
    for origin in ("https://evil.example", "null", server.address.replace("127.0.0.1", "localhost")):
        for secret in ({}, {"Authorization": basic(server)}):
            for method in ("GET", "POST", "PATCH", "OPTIONS"):
                preflight = {"Access-Control-Request-Method": "POST"} if method == "OPTIONS" else {}
                status, body, headers = asked(server, path, method, Origin=origin, **secret, **preflight)
                assert status == 403
                assert "access-control-allow-origin" not in headers
                assert server.secret.encode() not in body


@pytest.mark.parametrize("path", [*READS, "/api/flows/", "/", LOGIN, "/ui-settings", "/api/health"])
def test_a_name_that_was_made_to_resolve_to_loopback_is_refused(server: Announced, path: str) -> None:
    port = urlsplit(server.address).port
    for host in (f"evil.example:{port}", "evil.example", f"localhost:{port}", "127.0.0.1", f"127.0.0.1:{port}.evil"):
        for method in ("GET", "POST"):
            assert asked(server, path, method, Host=host, Authorization=basic(server))[0] == 403


@pytest.mark.parametrize("path", SOCKETS)
def test_websockets_are_closed_to_strangers(server: Announced, path: str) -> None:
    url = server.address.replace("http", "ws") + path
    for wrong in ({"origin": "https://evil.example"}, {"additional_headers": {"Host": "evil.example"}}):
        with (
            pytest.raises(InvalidStatus, match=r"HTTP 40[03]"),
            websockets.sync.client.connect(url, subprotocols=["prefect"], **wrong),  # type: ignore[arg-type]
        ):
            pass
    for token in (None, "guessed"):
        with websockets.sync.client.connect(url, subprotocols=["prefect"]) as socket:  # type: ignore[list-item]
            socket.send(json.dumps({"type": "auth", "token": token}))
            with pytest.raises(ConnectionClosed):
                socket.recv(timeout=10)
    with websockets.sync.client.connect(url, subprotocols=["prefect"]) as socket:  # type: ignore[list-item]
        socket.send(json.dumps({"type": "auth", "token": server.secret}))
        assert json.loads(socket.recv(timeout=10)) == {"type": "auth_success"}


def test_its_user_gets_in_and_writes_need_a_token_too(server: Announced) -> None:
    for path in READS:
        status = asked(server, path, method_of(path), Authorization=basic(server))[0]
        assert status == (403 if method_of(path) == "POST" else 200), path
    token = json.loads(asked(server, "/api/csrf-token?client=me", Authorization=basic(server))[1])["token"]
    mine = {"Authorization": basic(server), "Prefect-Csrf-Token": token, "Prefect-Csrf-Client": "me"}
    assert asked(server, "/api/deployments/filter", "POST", **mine)[0] == 200
    own = asked(server, "/api/deployments/filter", "POST", Origin=server.address, **mine)
    assert own[0] == 200
    assert own[2]["access-control-allow-origin"] == server.address


def test_the_ui_opens_with_one_click_and_in_no_frame(server: Announced, folder: StateFolder) -> None:
    status, page, headers = asked(server, LOGIN)
    assert status == 200
    assert b'localStorage.setItem("prefect-password", btoa(secret))' in page
    assert server.secret.encode() not in page, "the secret comes in the link's fragment, which no server sees"
    assert headers["cache-control"] == "no-store"
    status, page, headers = asked(server, "/dashboard", Accept="text/html")
    assert status == 200
    assert b"<script" in page
    assert headers["x-frame-options"] == "DENY"
    assert list(folder.ui.rglob("index.html")), "the pages are in the state folder, not in site-packages"
    bundles = "".join(path.read_text() for path in folder.ui.rglob("*.js"))
    assert "prefect-password" in bundles, "where the pages of this Prefect keep the secret"


def test_nothing_of_it_can_be_read_by_others(server: Announced, folder: StateFolder) -> None:
    folder.announce(server)
    for path in (folder.path, folder.secret_file, folder.path / "server.json"):
        assert not stat.S_IMODE(path.stat().st_mode) & 0o077, path


def test_commands_find_it_and_nobody_who_took_its_place(server: Announced, tmp_path: Path) -> None:
    folder = StateFolder(tmp_path / "state")
    folder.make()
    assert running_serve(folder) is None
    folder.announce(server)
    assert running_serve(folder) == server
    folder.announce(Announced(server.address, "another secret"))
    assert running_serve(folder) is None, "it does not know the secret, which it is not told"
    folder.announce(server)
    (folder.path / "server.json").chmod(0o644)
    assert running_serve(folder) is None, "others could have written it"


def test_a_secret_that_others_could_read_is_made_again(tmp_path: Path) -> None:
    folder = StateFolder(tmp_path / "state")
    folder.make()
    first = folder.secret()
    assert folder.secret() == first
    folder.secret_file.chmod(0o640)
    assert folder.secret() != first
    assert stat.S_IMODE(folder.secret_file.stat().st_mode) == 0o600


def test_a_state_folder_that_cannot_be_made_is_said_in_a_line(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("")
    with pytest.raises(SettingsError, match="FORM4_STATE_FOLDER"):
        StateFolder(tmp_path / "file" / "state").make()


def test_it_prunes_old_runs(server: Announced) -> None:
    """As Prefect's settings say that it runs by; that its vacuum then does so is Prefect's to test."""
    vacuum = {}
    end = time.monotonic() + 30
    while not vacuum and time.monotonic() < end:
        settings = json.loads(asked(server, "/api/admin/settings", Authorization=basic(server))[1])
        vacuum = settings["server"]["services"]["db_vacuum"]
    assert set(vacuum["enabled"]) >= {"flow_runs"}
    assert "90" in str(vacuum["retention_period"]) or float(vacuum["retention_period"]) == 90 * 24 * 3600
