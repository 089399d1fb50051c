"""What a person reads when the way to EDGAR is blocked: one clear line, and exit 2 or 3."""

import os
import pty
import socket
import ssl
import subprocess
import sys
import threading
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, HTTPServer
from pathlib import Path

import pytest
from prefect._internal.analytics.ci_detection import CI_ENV_VARS

from form4lake.tests.builders.workspace import Workspace, form4, says

pytestmark = pytest.mark.flow
CERTIFICATE = Path(__file__).parents[1] / "crawler" / "self_signed_localhost.pem"


@pytest.fixture
def user(workspace: Workspace) -> Workspace:
    """A user whose Prefect runs already."""
    workspace.monkeypatch.setenv("FORM4_EDGAR__REQUESTS_PER_SECOND", "10")
    workspace.monkeypatch.delenv("NO_PROXY", raising=False)
    workspace.monkeypatch.delenv("no_proxy", raising=False)
    return workspace


@pytest.fixture
def closed_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


@pytest.fixture
def untrusted_server() -> Iterator[str]:
    server = HTTPServer(("127.0.0.1", 0), BaseHTTPRequestHandler)
    server.handle_error = lambda *_: None  # type: ignore[method-assign]
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(CERTIFICATE)
    server.socket = context.wrap_socket(server.socket, server_side=True)
    threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.01}, daemon=True).start()
    yield f"https://localhost:{server.server_port}"
    server.shutdown()
    server.server_close()


def complaint(base_url: str, user: Workspace, code: int, *words: str) -> None:
    """The run says these words in one line, and ends with this exit code."""
    user.monkeypatch.setenv("FORM4_EDGAR__BASE_URL", base_url)
    done = form4("nightly")
    says(done, code, *words)
    assert len(done.stderr.splitlines()) == 1, done.stderr


def test_prefect_tells_nobody_that_it_is_used(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    for name in {"DO_NOT_TRACK", "PREFECT_SERVER_ANALYTICS_ENABLED", *CI_ENV_VARS}:
        monkeypatch.delenv(name, raising=False)
    monkeypatch.setenv("PREFECT_HOME", str(tmp_path))
    monkeypatch.setenv("TERM", "xterm")
    ours, terminal = pty.openpty()  # elsewhere Prefect counts no users
    script = (
        "from form4lake.flows.serving.environment import prepare_for_prefect; prepare_for_prefect(None)\n"
        "import form4lake.flows.serving.recorded, os; print('tty', os.isatty(1))"
    )
    with os.fdopen(ours, "rb") as screen:
        subprocess.run([sys.executable, "-c", script], stdin=terminal, stdout=terminal, stderr=terminal, check=True)
        assert screen.read1() == b"tty True\r\n"
    os.close(terminal)


def test_a_proxy_that_is_not_there(user: Workspace, closed_port: int) -> None:
    user.monkeypatch.setenv("HTTPS_PROXY", f"http://me:secret@127.0.0.1:{closed_port}")
    complaint("https://edgar.test", user, 3, "the proxy does not let us through", "check HTTPS_PROXY")


def test_a_proxy_that_is_no_address(user: Workspace) -> None:
    user.monkeypatch.setenv("HTTPS_PROXY", "http://:bad:")
    complaint("https://edgar.test", user, 2, "HTTPS_PROXY")


def test_a_name_that_nobody_knows(user: Workspace) -> None:
    user.monkeypatch.delenv("HTTPS_PROXY", raising=False)
    user.monkeypatch.delenv("https_proxy", raising=False)
    complaint("https://edgar.invalid", user, 3, "the name edgar.invalid is not found; check the network, DNS")


def test_a_certificate_nobody_vouches_for(user: Workspace, untrusted_server: str) -> None:
    complaint(untrusted_server, user, 3, "is not trusted", "REQUESTS_CA_BUNDLE")
