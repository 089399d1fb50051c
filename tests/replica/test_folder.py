"""Real files served as one day."""

import re
from datetime import date
from pathlib import Path

import pytest

from form4lake.replica import archive_of_folder

DAY = date(2024, 1, 2)


def test_every_ownership_file_is_served(real_edgar: Path) -> None:
    folders = [real_edgar / "xml", real_edgar / "submissions"]
    archive = archive_of_folder(folders, DAY)
    files = [path for folder in folders for path in folder.iterdir()]
    named = {found[0] for path in files if (found := re.match(r"\d{10}-\d{2}-\d{6}", path.name))}
    made_up = {number for number in archive.submissions if number.startswith("9999999999-24-")}
    assert named | made_up == archive.submissions.keys()
    assert len(named) + len(made_up) == len(files)
    assert archive.accessions(DAY)
    assert set(archive.accessions(DAY)) == archive.submissions.keys()
    assert all(archive.read(archive.path_of(number)) == body for number, body in archive.submissions.items())
    for path in files:
        content = path.read_bytes()
        if path.parent.name == "submissions":
            assert archive.submissions[path.name[:20]] == content
        else:
            assert any(content.rstrip(b"\n") in served for served in archive.submissions.values())


def test_a_filing_is_listed_for_its_issuer_and_owners(real_edgar: Path) -> None:
    archive = archive_of_folder([real_edgar / "submissions"], DAY)
    rows = [row for row in archive.rows[DAY] if row.accession_number == "0000320193-22-000061"]
    assert {(row.cik, row.company_name, row.form_type) for row in rows} == {
        (320193, "Apple Inc.", "4"),
        (1462356, "Adams Katherine L.", "4"),
    }
    feed = [row for row in archive.rows[DAY] if row.accession_number == "0001127602-25-004598"]
    assert {row.cik for row in feed} == {7536, 1870985}


def test_the_submission_is_kept_of_two_files_with_one_accession(tmp_path: Path) -> None:
    xml = (
        "<ownershipDocument><documentType>4</documentType><issuer><issuerCik>0000000012</issuerCik>"
        "<issuerName>X &amp; Co</issuerName></issuer></ownershipDocument>"
    )
    name = "0000000012-24-000001"
    whole = (
        f"<SEC-DOCUMENT>{name}.txt : 20240102\nACCESSION NUMBER:\t\t{name}\nCONFORMED SUBMISSION TYPE:\t4\n"
        "COMPANY CONFORMED NAME:\t\t\tX & Co\n\t\tCENTRAL INDEX KEY:\t\t\t0000000012\n"
        f"<DOCUMENT>\n<TEXT>\n<XML>\n{xml}\n</XML>\n</TEXT>\n</DOCUMENT>\n</SEC-DOCUMENT>\n"
    )
    (tmp_path / f"{name}__a.xml").write_text(xml)
    (tmp_path / f"{name}__b.txt").write_text(whole)
    (tmp_path / "note.txt").write_text("no filing")
    (tmp_path / "other.xml").write_text(xml.replace(">4<", ">144<"))
    archive = archive_of_folder([tmp_path], DAY)
    assert archive.submissions == {name: whole.encode()}
    assert [row.company_name for row in archive.rows[DAY]] == ["X & Co"]


def test_a_missing_folder_is_an_error(tmp_path: Path) -> None:
    with pytest.raises(FileNotFoundError):
        archive_of_folder([tmp_path / "absent"], DAY)
