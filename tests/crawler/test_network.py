"""Between us and EDGAR: names, ports, proxies and certificates, each failing with one clear line."""

import socket
import ssl
import threading
from collections.abc import Callable, Iterator
from http.server import BaseHTTPRequestHandler, HTTPServer
from pathlib import Path

import pytest

from form4lake.crawler import EdgarClient, EdgarDown
from form4lake.tests.builders.scripted_server import Scripted, ScriptedServer

CERTIFICATE = Path(__file__).with_name("self_signed_localhost.pem")
OFF_LOOPBACK = {"base_url": "http://edgar.test", "requests_per_second": 10.0}


def message_of(client: EdgarClient) -> str:
    with pytest.raises(EdgarDown) as caught:
        client.get("/x")
    assert "\n" not in str(caught.value)
    assert "HTTPConnectionPool" not in str(caught.value)
    return str(caught.value)


@pytest.fixture
def closed_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


def test_a_port_where_nobody_listens(make_client: Callable[..., EdgarClient], closed_port: int) -> None:
    client = make_client(base_url=f"http://127.0.0.1:{closed_port}")
    assert "Connection refused" in message_of(client)
    assert client.requests_made == 5


def test_a_name_that_dns_does_not_know(
    make_client: Callable[..., EdgarClient], monkeypatch: pytest.MonkeyPatch
) -> None:
    def unknown(*_: object, **__: object) -> None:
        raise socket.gaierror(socket.EAI_NONAME, "Name or service not known")

    monkeypatch.setattr(socket, "getaddrinfo", unknown)
    client = make_client(**OFF_LOOPBACK)
    assert "the name edgar.test is not found; check the network, DNS" in message_of(client)
    assert client.requests_made == 2


def test_a_proxy_of_the_environment_is_used(
    make_client: Callable[..., EdgarClient], server: ScriptedServer, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("HTTP_PROXY", server.url)
    server.script("http://edgar.test/x", Scripted(b"through the proxy"))
    assert make_client(**OFF_LOOPBACK).get("/x").body == b"through the proxy"


@pytest.mark.parametrize("scheme", ["http", "https"])
def test_a_proxy_that_is_not_there(
    make_client: Callable[..., EdgarClient], monkeypatch: pytest.MonkeyPatch, closed_port: int, scheme: str
) -> None:
    monkeypatch.setenv(f"{scheme.upper()}_PROXY", f"http://me:secret@127.0.0.1:{closed_port}")
    client = make_client(base_url=f"{scheme}://edgar.test", requests_per_second=10.0)
    message = message_of(client)
    assert "the proxy does not let us through (Connection refused); check HTTPS_PROXY" in message
    assert "secret" not in message
    assert client.requests_made == 2


def test_loopback_is_not_asked_for_through_a_proxy(
    make_client: Callable[..., EdgarClient],
    server: ScriptedServer,
    monkeypatch: pytest.MonkeyPatch,
    closed_port: int,
) -> None:
    monkeypatch.setenv("HTTP_PROXY", f"http://127.0.0.1:{closed_port}")
    server.script("/x", Scripted(b"direct"))
    assert make_client().get("/x").body == b"direct"


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


def test_a_certificate_nobody_vouches_for(make_client: Callable[..., EdgarClient], untrusted_server: str) -> None:
    client = make_client(base_url=untrusted_server)
    message = message_of(client)
    assert "is not trusted (self-signed certificate)" in message
    assert "REQUESTS_CA_BUNDLE" in message
    assert client.requests_made == 1


def test_a_certificate_bundle_that_is_no_file(
    make_client: Callable[..., EdgarClient], monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    monkeypatch.setenv("REQUESTS_CA_BUNDLE", str(tmp_path / "nowhere.pem"))
    assert "nowhere.pem" in message_of(make_client(base_url="https://edgar.test", requests_per_second=10.0))
