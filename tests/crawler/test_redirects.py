"""Where the client lets itself be sent by a server."""

import pytest

from form4lake.crawler import BrokenAnswer, EdgarClient
from form4lake.tests.builders.scripted_server import Scripted, ScriptedServer

PATH = "/Archives/edgar/data/1/0000000001-24-000001.txt"
BODY = b"<SEC-DOCUMENT>a filing</SEC-DOCUMENT>\n"
FINE = Scripted(BODY)


def test_redirects_within_edgar_are_followed_through_the_rate_limiter(
    server: ScriptedServer, client: EdgarClient
) -> None:
    server.script(PATH, Scripted(status=301, headers={"Location": "/moved"}))
    server.script("/moved", Scripted(status=302, headers={"Location": f"{server.url}/there"}))
    server.script("/there", FINE)
    answer = client.get(PATH)
    assert (answer.path, answer.body) == (PATH, BODY)
    assert client.requests_made == 3


@pytest.mark.parametrize(
    "target",
    [
        "https://evil.example.com/",
        "//evil.example.com/x",
        "http://localhost:1/",
        "ftp://x/",
        "http://[::1",
        "",
        "http://evil\\@{here}/x",
        "http://evil.example.com\\@{here}/x",
        "//evil.example.com\\@{here}/x",
        "/\\evil.example.com/x",
        "http:\\\\evil.example.com\\x",
        "http://{here}@evil.example.com/x",
        "http://me:secret@{here}/x",
        "http://{here}\t.evil.example.com/x",
        "ht\ttp://evil.example.com/x",
        "/\t/evil.example.com/x",
        " //evil.example.com/x",
        "http://{here}:80/x",
        "http://127.0.0.1.evil.example.com/x",
        "http://127.0.0.1%2f@evil.example.com/x",
        "http://\u246027.0.0.1/x",
        "http://sec\uff0egov/x",
        "https://{here}/x",
        "http://[{here}]/x",
        "javascript:alert(1)",
        "file:///etc/passwd",
    ],
)
def test_redirects_off_edgar_are_refused(server: ScriptedServer, client: EdgarClient, target: str) -> None:
    location = target.format(here=server.url.removeprefix("http://")).encode().decode("latin-1")
    server.script(PATH, Scripted(status=302, headers={"Location": location} if target else {}))
    with pytest.raises(BrokenAnswer, match="refused"):
        client.get(PATH)
    assert client.requests_made == 1


@pytest.mark.parametrize(
    "location",
    [
        "http:x",
        "//{here}/x",
        "x",
        "HTTP://{here}/y/../x",
        "/x#there",
        "http://@{here}/x",
        "http://{here}/x#@evil.example.com/x",
        "///x",
        "http:///x",
    ],
)
def test_whatever_a_redirect_says_only_the_base_address_is_asked(
    server: ScriptedServer, client: EdgarClient, location: str
) -> None:
    server.script("/there", Scripted(status=302, headers={"Location": location.format(here=server.url[7:])}))
    server.script("/x", FINE)
    assert client.get("/there").body == BODY


def test_redirects_in_a_circle_end(server: ScriptedServer, client: EdgarClient) -> None:
    server.script(PATH, Scripted(status=302, headers={"Location": PATH}))
    with pytest.raises(BrokenAnswer, match="more than 5 redirects"):
        client.get(PATH)
    assert client.requests_made == 6
