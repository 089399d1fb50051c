"""A lake on a web server, asked without copying it."""

from datetime import date
from pathlib import Path

import pytest

import form4lake
from form4lake.storage import Lake, LakeDamaged, LakeMissing, LakeUnreachable, LakeUnwritable
from form4lake.tests.builders.lakes import TUESDAY, contents, filing, full_filing, store
from form4lake.tests.builders.web_server import Handler, web_server

pytestmark = pytest.mark.flow


@pytest.fixture(scope="module")
def lake(tmp_path_factory: pytest.TempPathFactory) -> Lake:
    made = Lake.open(tmp_path_factory.mktemp("source") / "lake", create=True)
    store(made, full_filing("0000000001-24-000001"), filing("0000000001-24-000002"))
    store(made, filing("0000000001-24-000003", TUESDAY), day=TUESDAY)
    store(made, filing("0000000001-23-000001", date(2023, 12, 4)), day=date(2023, 12, 4))
    return made


@pytest.fixture(scope="module")
def released(lake: Lake, tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("released") / "site"
    lake.release(folder, program="1")
    return folder


def test_a_release_is_asked_from_afar(lake: Lake, released: Path) -> None:
    with web_server(released, parts=True) as server:
        assert contents(Lake.open(server.url)) == contents(lake)
        with form4lake.open_lake(server.url) as opened:
            assert opened.version == lake.snapshot().version
            assert opened.trades(ticker="ISS").count("*").fetchall() == [(5,)]
            assert opened.filing("0000000001-24-000001").footnotes[0].footnote_id == "F1"


def test_a_lake_that_is_served_as_it_is_can_be_asked_too(lake: Lake) -> None:
    """The catalog there is not opened, whose views would read whatever it says."""
    with web_server(Path(lake.snapshot().place.location), parts=True) as server:
        with form4lake.open_lake(server.url) as opened:
            assert opened.sql("SELECT count(*) FROM filings").fetchall() == [(4,)]
        assert not [path for _, path in server.asked if "catalog" in path or "views" in path]


def test_only_what_a_question_needs_is_fetched(released: Path) -> None:
    with web_server(released, parts=True) as server, form4lake.open_lake(server.url) as opened:
        server.asked.clear()
        assert opened.sql("SELECT count(footnote_text) FROM footnotes").fetchall() == [(1,)]
        assert {path.split("/")[2] for path in server.fetched()} <= {"footnotes"}


def test_a_server_without_parts_of_files_says_to_clone(released: Path) -> None:
    """As `python -m http.server` is."""
    with web_server(released) as server, pytest.raises(LakeUnreachable, match=f"form4 clone {server.url} FOLDER"):
        form4lake.open_lake(server.url)


def test_it_is_only_read(released: Path) -> None:
    with web_server(released, parts=True) as server:
        with pytest.raises(LakeUnwritable, match="form4 clone"):
            Lake.open(server.url, create=True)
        with pytest.raises(LakeUnwritable, match="form4 clone"):
            store(Lake.open(server.url), filing("0000000001-24-000009"))
        with pytest.raises(LakeUnwritable, match="form4 clone"):
            Lake.open(server.url).publish_delta()
        with pytest.raises(LakeMissing, match="form4 clone"):
            Lake.open(server.url).verify()


def test_what_is_missing_is_said(released: Path) -> None:
    with web_server(released, parts=True) as server:
        with pytest.raises(LakeMissing, match="there is no lake"):
            form4lake.open_lake(f"{server.url}/elsewhere")
        with pytest.raises(LakeMissing, match="the SEC serves no lakes"):
            form4lake.open_lake("https://www.sec.gov/lake")
    with pytest.raises(LakeUnreachable, match="cannot be reached"):
        form4lake.open_lake(server.url)

    def lacks(request: Handler) -> bool:
        return "footnotes" in request.path and request.give(404, b"")

    with web_server(released, lacks, parts=True) as lacking, pytest.raises(LakeDamaged, match=r"footnotes.*is missing"):
        form4lake.open_lake(lacking.url)
