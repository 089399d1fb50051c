"""One status has several meanings: the real error bodies, and the SEC's two refusal pages as they are worded."""

from datetime import UTC, datetime
from email.utils import format_datetime
from pathlib import Path

import pytest

from form4lake.crawler.answers import Outcome, classify, http_date, retry_after_seconds

RATE_PAGE = b"""<!DOCTYPE html PUBLIC "-//W3C//DTD XHTML 1.0 Strict//EN" "http://www.w3.org/TR/xhtml1/DTD/xhtml1-strict.dtd">
<html xmlns="http://www.w3.org/1999/xhtml"><head><title>SEC.gov | Request Rate Threshold Exceeded</title></head>
<body><h1>Your Request Originates from an Undeclared Automated Tool</h1></body></html>"""
SUBMISSION = b"<SEC-DOCUMENT>0000000001-24-000001.txt : 20240102\n<html>request rate</html>\n</SEC-DOCUMENT>\n"


@pytest.mark.parametrize("number", ["", "~2", "~3", "~4", "~5"])
def test_real_access_denied_means_no_such_file(real_edgar: Path, number: str) -> None:
    body = (real_edgar / "misc" / f"http403_full-index_2099{number}.xml").read_bytes()
    assert classify(403, body).outcome is Outcome.ABSENT


def test_real_404_means_no_such_file(real_edgar: Path) -> None:
    body = (real_edgar / "misc" / "http404_CIK-000000001.json").read_bytes()
    assert classify(404, body).outcome is Outcome.ABSENT


@pytest.mark.parametrize("number", ["", "~2"])
def test_real_503_means_down_and_its_page_is_never_a_file(real_edgar: Path, number: str) -> None:
    body = (real_edgar / "misc" / f"http503_getcurrent{number}.html").read_bytes()
    assert classify(503, body).outcome is Outcome.DOWN
    assert "File Unavailable" in classify(503, body).why
    assert classify(200, body).outcome is Outcome.BROKEN


def test_real_indexes_and_submissions_are_found(real_edgar: Path) -> None:
    files = [*(real_edgar / "submissions").iterdir(), *(real_edgar / "index").glob("*.idx")]
    assert len(files) > 25
    assert {classify(200, file.read_bytes()).outcome for file in files} == {Outcome.FOUND}


@pytest.mark.parametrize(
    ("status", "body", "outcome"),
    [
        (200, SUBMISSION, Outcome.FOUND),
        (200, RATE_PAGE, Outcome.THROTTLED),
        (200, b"\xef\xbb\xbf<?xml version='1.0'?>\n<!-- served by edge -->\n" + RATE_PAGE, Outcome.THROTTLED),
        (200, b"\n  <html><head><title>Oops</title></head></html>", Outcome.BROKEN),
        (200, b"", Outcome.BROKEN),
        (206, SUBMISSION, Outcome.BROKEN),
        (304, b"", Outcome.BROKEN),
        (400, b"bad request", Outcome.BROKEN),
        (403, RATE_PAGE, Outcome.THROTTLED),
        (403, b"<HTML><HEAD><TITLE>Access Denied</TITLE></HEAD></HTML>", Outcome.THROTTLED),
        (403, b"", Outcome.THROTTLED),
        (404, b"", Outcome.ABSENT),
        (407, b"", Outcome.DOWN),
        (408, b"", Outcome.DOWN),
        (410, b"", Outcome.ABSENT),
        (429, b"", Outcome.THROTTLED),
        (500, b"", Outcome.DOWN),
        (502, b"<html></html>", Outcome.DOWN),
        (504, b"", Outcome.DOWN),
    ],
)
def test_status_and_body_together_say_what_it_means(status: int, body: bytes, outcome: Outcome) -> None:
    assert classify(status, body).outcome is outcome


def test_retry_after_in_seconds_or_as_a_date() -> None:
    now = datetime(2024, 1, 2, 12, tzinfo=UTC)
    later = format_datetime(datetime(2024, 1, 2, 12, 1, 30, tzinfo=UTC), usegmt=True)
    assert retry_after_seconds("120", now.timestamp()) == 120
    assert retry_after_seconds(later, now.timestamp()) == 90
    assert retry_after_seconds(later, now.timestamp() + 3600) == 0
    assert [retry_after_seconds(text, 0) for text in (None, "", "soon", "-5", "1.5")] == [None] * 5


def test_http_date_is_utc_or_none() -> None:
    assert http_date("Tue, 02 Jan 2024 22:05:00 GMT") == datetime(2024, 1, 2, 22, 5, tzinfo=UTC)
    assert http_date("yesterday") is None
    assert http_date(None) is None
