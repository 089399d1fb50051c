"""The indexes of an archive, in the shape of EDGAR's."""

import dataclasses
import gzip
import json
from datetime import date
from pathlib import Path

import pytest

from form4lake.replica import Archive, generate_archive

DAYS = [date(2024, 3, 28), date(2024, 4, 1), date(2024, 4, 2)]
FOLDER = "edgar/daily-index/2024/QTR2"


@pytest.fixture(scope="module")
def archive() -> Archive:
    return generate_archive(5, DAYS, 60)


def lines(archive: Archive, path: str) -> list[str]:
    body = archive.read(path)
    assert body is not None
    return body.decode("latin-1").split("\n")


def test_a_daily_master_has_the_head_of_a_real_one(archive: Archive, real_edgar: Path) -> None:
    real = (real_edgar / "index" / "master.20200103.idx").read_bytes().decode("latin-1").split("\n")
    made = lines(archive, f"{FOLDER}/master.20240401.idx")
    assert made[1] == "Last Data Received:    Apr  1, 2024"
    assert [made[0], *made[2:7]] == [real[0], *real[2:7]]
    assert made[-1] == ""
    rows = [line.split("|") for line in made[7:-1]]
    assert {len(row) for row in rows} == {5}
    assert {row[3] for row in rows} == {"20240401"}
    assert [row[0] for row in rows] == sorted(row[0] for row in rows)
    assert "Protagenic Therapeutics, Inc.\\new" in {row[1] for row in rows}
    assert {"424B2", "8-K", "497", "13F-HR", "4"} & {row[2] for row in rows} > {"4"}


@pytest.mark.parametrize(("kind", "real_file"), [("form", "form.20200318.idx"), ("company", "company.20200102.idx")])
def test_fixed_width_indexes_have_the_widths_of_real_ones(
    archive: Archive, real_edgar: Path, kind: str, real_file: str
) -> None:
    real = (real_edgar / "index" / real_file).read_bytes().decode("latin-1").split("\n")
    made = lines(archive, f"{FOLDER}/{kind}.20240401.idx")
    head = next(place for place, line in enumerate(real) if line.startswith("-----")) + 1
    assert [made[0], *made[2:head]] == [real[0], *real[2:head]]
    assert {len(line) for line in made[head:-1]} == {len(real[head])}
    starts = [line.index("edgar/data/") for line in (real[head], *made[head:-1])]
    assert len(set(starts)) == 1
    master = lines(archive, f"{FOLDER}/master.20240401.idx")
    assert len(made[head:]) == len(master[7:])


def test_index_json_lists_the_days_of_its_quarter(archive: Archive) -> None:
    listing = json.loads(archive.read(f"{FOLDER}/index.json") or b"")
    assert listing["directory"]["name"] == "daily-index/2024/QTR2/"
    assert listing["directory"]["parent-dir"] == "../"
    masters = [item for item in listing["directory"]["item"] if item["name"].startswith("master.")]
    assert [item["name"] for item in masters] == ["master.20240401.idx", "master.20240402.idx"]
    assert masters[0]["last-modified"].startswith("04/01/2024 10:15:")
    assert masters[0]["href"] == masters[0]["name"]
    assert masters[0]["size"].endswith(" KB")


def test_quarters_before_the_first_day_have_an_empty_list_and_later_ones_none(archive: Archive) -> None:
    listing = json.loads(archive.read("edgar/daily-index/1994/QTR3/index.json") or b"")
    assert listing["directory"] == {"item": [], "name": "daily-index/1994/QTR3/", "parent-dir": "../"}
    assert archive.modified("edgar/daily-index/1994/QTR3/index.json") is not None
    for absent in ("1994/QTR2", "2024/QTR3"):
        assert archive.read(f"edgar/daily-index/{absent}/index.json") is None
        assert archive.modified(f"edgar/daily-index/{absent}/index.json") is None


def test_the_quarterly_master_has_all_rows_of_its_days(archive: Archive) -> None:
    made = lines(archive, "edgar/full-index/2024/QTR2/master.idx")
    assert "CIK|Company Name|Form Type|Date Filed|Filename" in made
    rows = [line.split("|") for line in made if line.count("|") == 4][1:]
    assert {row[3] for row in rows} == {"2024-04-01", "2024-04-02"}
    assert len(rows) == sum(len(archive.rows[day]) for day in DAYS[1:])


@pytest.mark.parametrize("kind", ["master", "form", "company"])
def test_a_quarter_is_served_by_name_form_and_gzipped(archive: Archive, kind: str) -> None:
    plain = archive.read(f"edgar/full-index/2024/QTR2/{kind}.idx")
    packed = archive.read(f"edgar/full-index/2024/QTR2/{kind}.gz")
    assert plain is not None
    assert packed is not None
    assert gzip.decompress(packed) == plain
    assert plain.count(b"edgar/data/") == sum(len(archive.rows[day]) for day in DAYS[1:])


@pytest.mark.parametrize(
    ("day", "name"),
    [
        (date(1994, 7, 1), "master.070194.idx"),
        (date(1995, 1, 3), "master.950103.idx"),
        (date(1998, 3, 31), "master.980331.idx"),
        (date(1998, 4, 1), "master.19980401.idx"),
    ],
)
@pytest.mark.parametrize("packed", [False, True])
def test_old_days_have_the_names_of_their_time(day: date, name: str, packed: bool) -> None:
    old = dataclasses.replace(generate_archive(5, [day], 3), kinds=("master",), packed=packed)
    folder = f"edgar/daily-index/{day.year}/QTR{(day.month + 2) // 3}"
    (item,) = json.loads(old.read(f"{folder}/index.json") or b"")["directory"]["item"]
    assert item["name"] == name + ".gz" * packed
    body = old.read(f"{folder}/{item['name']}") or b""
    assert body.startswith(b"\x1f\x8b" if packed else b"Description:")
    assert old.read(f"{folder}/{item['name'].replace('master', 'form')}") is None


def test_an_index_of_another_quarter_or_no_date_is_absent(archive: Archive) -> None:
    assert archive.read("edgar/daily-index/2024/QTR1/master.20240401.idx") is None
    assert archive.read("edgar/daily-index/2024/QTR1/master.20240230.idx") is None
