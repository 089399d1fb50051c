"""Data sets: fetched once, gone on with where a download was cut, asked for again only if there is another edition."""

import hashlib
import io
import zipfile
from pathlib import Path

import pytest

from form4lake.crawler import Absent, BadOptions, BrokenAnswer, EdgarClient, dataset_links, dataset_paths, fetch_dataset
from form4lake.edgar_calendar import Quarter
from form4lake.tests.builders.scripted_server import Scripted, ScriptedServer

QUARTER = Quarter(2024, 1)
PATH = dataset_paths(QUARTER)[0]


def a_zip(text: str = "ACCESSION_NUMBER\n") -> bytes:
    packed = io.BytesIO()
    with zipfile.ZipFile(packed, "w") as archive:
        archive.writestr("SUBMISSION.tsv", text)
    return packed.getvalue()


def edition(body: bytes, **fields: object) -> Scripted:
    headers = {"ETag": f'"{hashlib.sha256(body).hexdigest()[:8]}"', "Content-Type": "application/zip"}
    return Scripted(body, **{"headers": headers, **fields})


def rest(body: bytes, start: int) -> Scripted:
    headers = edition(body).headers | {"Content-Range": f"bytes {start}-{len(body) - 1}/{len(body)}"}
    return Scripted(body[start:], status=206, headers=headers)


def test_a_set_is_kept_with_its_checksum_and_not_sent_again(
    server: ScriptedServer, client: EdgarClient, tmp_path: Path
) -> None:
    body = a_zip()
    server.script(PATH, edition(body), Scripted(status=304))

    first = fetch_dataset(client, QUARTER, tmp_path / "sets")
    second = fetch_dataset(client, QUARTER, tmp_path / "sets")

    assert first.fetched
    assert not second.fetched
    assert first.path.read_bytes() == body
    assert second.sha256 == first.sha256 == hashlib.sha256(body).hexdigest()
    assert server.asked[1].headers["If-None-Match"] == first.etag


def test_a_download_that_was_cut_goes_on_where_it_ended(
    server: ScriptedServer, client: EdgarClient, tmp_path: Path
) -> None:
    body = a_zip("x" * 100)
    server.script(PATH, edition(body, send_bytes=40), rest(body, 40))

    found = fetch_dataset(client, QUARTER, tmp_path)

    assert found.path.read_bytes() == body
    assert server.asked[1].headers["Range"] == "bytes=40-"
    assert server.asked[1].headers["If-Range"] == found.etag
    assert sorted(each.name for each in tmp_path.iterdir() if "part" in each.name) == []


def test_a_later_run_goes_on_too(server: ScriptedServer, make_client: object, tmp_path: Path) -> None:
    body = a_zip("x" * 100)
    server.script(PATH, edition(body, send_bytes=40), rest(body, 40))
    with pytest.raises(BrokenAnswer):
        fetch_dataset(make_client(attempts=1), QUARTER, tmp_path)

    assert fetch_dataset(make_client(), QUARTER, tmp_path).path.read_bytes() == body


def test_another_edition_in_the_middle_begins_anew(server: ScriptedServer, client: EdgarClient, tmp_path: Path) -> None:
    newer = a_zip("newer")
    server.script(PATH, edition(a_zip("x" * 100), send_bytes=40), edition(newer))

    assert fetch_dataset(client, QUARTER, tmp_path).path.read_bytes() == newer


def test_a_part_that_was_not_asked_for_is_refused(server: ScriptedServer, client: EdgarClient, tmp_path: Path) -> None:
    body = a_zip("x" * 100)
    server.script(PATH, edition(body, send_bytes=40), rest(body, 30), edition(body))

    assert fetch_dataset(client, QUARTER, tmp_path).path.read_bytes() == body


def test_what_is_no_zip_is_asked_for_again_and_then_refused(
    server: ScriptedServer, client: EdgarClient, tmp_path: Path
) -> None:
    server.script(PATH, edition(a_zip()[:50]))

    with pytest.raises(BrokenAnswer, match="no zip"):
        fetch_dataset(client, QUARTER, tmp_path)
    assert len(server.asked) == 5
    assert not list(tmp_path.glob("*.zip"))


def test_a_member_that_stays_damaged_is_the_secs_and_kept(
    server: ScriptedServer, client: EdgarClient, tmp_path: Path
) -> None:
    body = a_zip("x" * 100).replace(b"x" * 100, b"x" * 99 + b"y")
    server.script(PATH, edition(body))

    assert fetch_dataset(client, QUARTER, tmp_path).path.read_bytes() == body
    assert len(server.asked) == 2


def test_a_copy_that_was_changed_is_fetched_anew(server: ScriptedServer, client: EdgarClient, tmp_path: Path) -> None:
    body = a_zip()
    server.script(PATH, edition(body))
    fetch_dataset(client, QUARTER, tmp_path).path.write_bytes(b"PK")

    assert fetch_dataset(client, QUARTER, tmp_path).path.read_bytes() == body
    assert "If-None-Match" not in server.asked[1].headers


def test_a_quarter_that_is_not_published_is_absent(client: EdgarClient, tmp_path: Path) -> None:
    with pytest.raises(Absent):
        fetch_dataset(client, QUARTER, tmp_path)


def test_a_throttle_page_in_the_middle_leaves_the_part(
    server: ScriptedServer, client: EdgarClient, tmp_path: Path
) -> None:
    body = a_zip("x" * 100)
    page = Scripted(
        b"<html><title>Request Rate Threshold Exceeded</title></html>", headers={"Content-Type": "text/html"}
    )
    server.script(PATH, edition(body, send_bytes=40), page, rest(body, 40))

    assert fetch_dataset(client, QUARTER, tmp_path).path.read_bytes() == body


def test_a_folder_that_cannot_be_made_is_said(client: EdgarClient, tmp_path: Path) -> None:
    (tmp_path / "file").write_text("")

    with pytest.raises(BadOptions, match="dataset_folder"):
        fetch_dataset(client, QUARTER, tmp_path / "file" / "sets")


OLD, NEW = dataset_paths(QUARTER)
PAGE = "/data-research/sec-markets-data/insider-transactions-data-sets"


def test_a_set_is_found_at_either_address(server: ScriptedServer, client: EdgarClient, tmp_path: Path) -> None:
    server.script(NEW, edition(a_zip()))
    assert fetch_dataset(client, QUARTER, tmp_path).source_path == NEW
    assert [each.path for each in server.asked] == [OLD, NEW]
    # It is asked for where it was found before.
    assert fetch_dataset(client, QUARTER, tmp_path).source_path == NEW
    assert server.asked[2].path == NEW


def test_newer_sets_are_expected_at_the_newer_address() -> None:
    assert dataset_paths(Quarter(2026, 1))[0].startswith("/files/structureddata/")
    assert dataset_paths(Quarter(2026, 2))[0].startswith("/files/datastandardsinnovation/")


def test_the_page_of_the_sets_says_where_they_are(server: ScriptedServer, client: EdgarClient, tmp_path: Path) -> None:
    moved = "/files/a-third/place/2024q1_form345.zip"
    page = (
        f"<html><body><a href='{moved}'>2024 Q1</a>"
        '<a href="https://www.sec.gov/files/x/data/2023q4_form345.zip">2023 Q4</a>'
        '<a href="https://evil.example/files/x/2023q3_form345.zip">2023 Q3</a>'
        '<a href="/files/../../2023q2_form345.zip">2023 Q2</a></body></html>'
    )
    server.script(PAGE, Scripted(page.encode()))
    server.script(moved, edition(a_zip()))
    links = dataset_links(client)
    assert links == {"2024q1_form345.zip": moved, "2023q4_form345.zip": "/files/x/data/2023q4_form345.zip"}
    assert fetch_dataset(client, QUARTER, tmp_path, links).source_path == moved


def test_without_the_page_the_known_addresses_are_tried(
    server: ScriptedServer, client: EdgarClient, tmp_path: Path
) -> None:
    assert dataset_links(client) == {}
    with pytest.raises(Absent, match="structureddata"):
        fetch_dataset(client, QUARTER, tmp_path)
    assert {each.path for each in server.asked} == {PAGE, OLD, NEW}
