"""A scripted EDGAR, a clock that need not be waited for, and clients that use both."""

from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from form4lake.crawler import ClientOptions, EdgarClient
from form4lake.tests.builders.scripted_server import ScriptedServer
from form4lake.tests.builders.skipping_clock import SkippingClock

IDENTITY = "Jane Doe jane@example.com"


@pytest.fixture(autouse=True)
def _no_proxies(monkeypatch: pytest.MonkeyPatch) -> None:
    for name in ("http_proxy", "https_proxy", "all_proxy", "no_proxy", "requests_ca_bundle", "curl_ca_bundle"):
        monkeypatch.delenv(name, raising=False)
        monkeypatch.delenv(name.upper(), raising=False)


@pytest.fixture
def server() -> Iterator[ScriptedServer]:
    with ScriptedServer() as running:
        yield running


@pytest.fixture
def clock() -> SkippingClock:
    return SkippingClock()


@pytest.fixture
def make_options(tmp_path: Path) -> Callable[..., ClientOptions]:
    def make(**changed: object) -> ClientOptions:
        settings = {
            "identity": IDENTITY,
            "requests_per_second": 1000.0,
            "rate_limiter_folder": tmp_path / "limiter",
            **changed,
        }
        return ClientOptions(**settings)

    return make


@pytest.fixture
def make_client(
    server: ScriptedServer, clock: SkippingClock, make_options: Callable[..., ClientOptions]
) -> Iterator[Callable[..., EdgarClient]]:
    made: list[EdgarClient] = []

    def make(**changed: object) -> EdgarClient:
        made.append(EdgarClient(make_options(**{"base_url": server.url, **changed}), clock=clock))
        return made[-1]

    yield make
    for client in made:
        client.close()


@pytest.fixture
def client(make_client: Callable[..., EdgarClient]) -> EdgarClient:
    return make_client()
