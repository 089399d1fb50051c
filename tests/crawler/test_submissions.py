"""A submission is handed on whole or not at all."""

from pathlib import Path

import pytest

from form4lake.crawler import Absent, BrokenAnswer, Content, EdgarClient, fetch_submission
from form4lake.crawler.submissions import lacks_of_submission
from form4lake.tests.builders.scripted_server import Scripted, ScriptedServer

SOURCE = "edgar/data/1/0000000001-24-000001.txt"
PEM = b"-----BEGIN PRIVACY-ENHANCED MESSAGE-----\nProc-Type: 2001\n\n"
PEM_END = b"-----END PRIVACY-ENHANCED MESSAGE-----\n"


def lacks(body: bytes) -> str | None:
    content = Content.spooled()
    content.take(200, {}, [body])
    return lacks_of_submission(content)


def test_every_real_submission_is_whole_and_no_part_of_one_is(real_edgar: Path) -> None:
    files = [*(real_edgar / "submissions").iterdir(), *(real_edgar / "pre2003").iterdir()]
    assert len(files) >= 25
    for file in files:
        body = file.read_bytes()
        assert lacks(body) is None, file.name
        for share in (0.1, 0.5, 0.99):
            assert lacks(body[: int(len(body) * share)]) is not None, file.name


@pytest.mark.parametrize(
    "body",
    [
        b"<SEC-DOCUMENT>x\n</SEC-DOCUMENT>",
        b"\n<SUBMISSION>\nx\n</SUBMISSION>\r\n\r\n",
        PEM + b"<SEC-DOCUMENT>x\n</SEC-DOCUMENT>\n" + PEM_END,
        PEM + b"<IMS-DOCUMENT>x\n</IMS-DOCUMENT>\n" + PEM_END,
    ],
)
def test_envelopes_of_all_times_are_whole(body: bytes) -> None:
    assert lacks(body) is None


@pytest.mark.parametrize(
    ("body", "lack"),
    [
        (b"<SEC-DOCUMENT>x\n</SEC-DOCUMENT", "cut off"),
        (b"<SEC-DOCUMENT>x\n</SEC-DOCUMENT>\nmore", "cut off"),
        (PEM + b"<SEC-DOCUMENT>x\n", "cut off"),
        (b'<?xml version="1.0"?><ownershipDocument></ownershipDocument>', "begins like no submission"),
        (b"{}", "begins like no submission"),
    ],
)
def test_what_is_lacking_is_said(body: bytes, lack: str) -> None:
    assert lack in (lacks(body) or "")


def test_a_cut_that_no_header_betrays_is_asked_for_again(server: ScriptedServer, client: EdgarClient) -> None:
    body = b"<SEC-DOCUMENT>" + b"a filing\n" * 500 + b"</SEC-DOCUMENT>\n"
    server.script(f"/Archives/{SOURCE}", Scripted(body, announced=None, send_bytes=900), Scripted(body))
    assert fetch_submission(client, SOURCE).read() == body
    assert client.requests_made == 2


def test_one_that_stays_cut_is_refused(server: ScriptedServer, client: EdgarClient) -> None:
    server.script(f"/Archives/{SOURCE}", Scripted(b"<SEC-DOCUMENT>half a filing"))
    with pytest.raises(BrokenAnswer, match="half a filing") as caught:
        fetch_submission(client, SOURCE)
    assert caught.value.path == f"/Archives/{SOURCE}"


def test_one_that_is_not_there_is_absent(client: EdgarClient) -> None:
    with pytest.raises(Absent, match="0000000001-24-000001"):
        fetch_submission(client, SOURCE)
