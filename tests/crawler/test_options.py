"""What a client refuses to start with, and that it says how to set it right."""

from pathlib import Path

import pytest

from form4lake.crawler import BadOptions, ClientOptions, EdgarClient, MissingIdentity
from form4lake.crawler.options import check_options, is_loopback


@pytest.mark.parametrize("identity", ["", "  ", "Jane Doe", "jane@example.com", "Jane jane@", "Jané jane@example.com"])
def test_without_name_and_email_it_says_where_to_set_them(identity: str, tmp_path: Path) -> None:
    with pytest.raises(MissingIdentity, match=r"edgar\.identity") as caught:
        EdgarClient(ClientOptions(identity, rate_limiter_folder=tmp_path))
    assert not caught.value.transient


def test_the_environment_variable_is_named() -> None:
    with pytest.raises(MissingIdentity, match="FORM4_EDGAR__IDENTITY"):
        check_options(ClientOptions(""))


def test_an_identity_cannot_smuggle_a_header() -> None:
    with pytest.raises(MissingIdentity, match="header"):
        check_options(ClientOptions("Jane Doe jane@example.com\r\nX-Evil: 1"))


@pytest.mark.parametrize("base_url", ["https://www.sec.gov", "http://10.0.0.7:8000", "http://localhost.example.com"])
def test_more_than_ten_a_second_is_refused_off_loopback(base_url: str) -> None:
    with pytest.raises(BadOptions, match="10 that the SEC allows"):
        check_options(ClientOptions("Jane Doe jane@example.com", base_url=base_url, requests_per_second=10.5))


@pytest.mark.parametrize(
    "base_url", ["http://127.0.0.1:8000", "http://127.8.9.1", "http://[::1]:80", "http://localhost"]
)
def test_more_than_ten_a_second_is_fine_on_loopback(base_url: str) -> None:
    assert is_loopback(base_url)
    check_options(ClientOptions("Jane Doe jane@example.com", base_url=base_url, requests_per_second=500))


@pytest.mark.parametrize(
    "base_url", ["www.sec.gov", "ftp://www.sec.gov", "https://", "https://x:99999", "https://a@b/"]
)
def test_an_unusable_address_is_named(base_url: str) -> None:
    with pytest.raises(BadOptions, match="base_url"):
        check_options(ClientOptions("Jane Doe jane@example.com", base_url=base_url))


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("requests_per_second", 0.0),
        ("requests_per_second", float("nan")),
        ("throttle_pause_seconds", -1.0),
        ("read_timeout_seconds", float("inf")),
        ("attempts", 0),
    ],
)
def test_a_number_out_of_range_is_named(name: str, value: float) -> None:
    with pytest.raises(BadOptions, match=name):
        check_options(ClientOptions("Jane Doe jane@example.com", **{name: value}))


def test_a_rate_limiter_folder_that_cannot_be_used_is_named(tmp_path: Path) -> None:
    (tmp_path / "taken").write_text("a file where the folder should be")
    with pytest.raises(BadOptions, match="taken"):
        EdgarClient(ClientOptions("Jane Doe jane@example.com", rate_limiter_folder=tmp_path / "taken"))
