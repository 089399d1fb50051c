"""Folding closed months and years: by the nightly run when due, and by `form4 compact`."""

from collections.abc import Callable
from datetime import date
from pathlib import Path

import pytest

from form4lake.exits import Exit
from form4lake.flows.reports.run_report import RunReport
from form4lake.replica import business_days, generate_archive
from form4lake.tests.builders.workspace import TODAY, House, form4, says

pytestmark = pytest.mark.flow
DECEMBER = date(2023, 12, 20)


def labels(house: House) -> set[str]:
    return {path.name.split(".")[0] for path in (house.lake_folder / "data").rglob("*.parquet")}


def test_nightly_folds_what_is_closed_and_compact_the_rest_later(
    house: House, nightly: Callable[[], RunReport], prefect_server: str
) -> None:
    house.monkeypatch.setenv("PREFECT_API_URL", prefect_server)
    house.monkeypatch.setenv("FORM4_NIGHTLY__SINCE", DECEMBER.isoformat())
    archive = generate_archive(12, [*business_days(DECEMBER, 2), *business_days(date(2024, 1, 10), 2)], 40)
    with house.edgar(archive) as edgar:
        report = nightly()
        assert report.exit_code is Exit.DONE
        assert [each.label for each in report.folds] == ["2023"]
        assert "1 year folded" in report.summary()
        assert "2023  folded" in report.markdown()
        assert {each[:4] for each in labels(house)} == {"2023", "2024"}
        assert not any(each.startswith("2023-") or each == "2024-01" for each in labels(house))
        again = nightly()
        assert (again.exit_code, again.added, again.folds) == (Exit.DONE, 0, [])
        assert edgar.stats().by_kind["filing"] == 40
    assert house.query("select count(*), count(distinct accession_number) from filings") == [(40, 40)]
    assert house.query("select sum(expected), sum(stored), sum(missing) from coverage") == [(40, 40, 0)]

    house.monkeypatch.delenv("FORM4_EDGAR__IDENTITY")  # EDGAR is not asked
    says(form4("compact", "--as-of", TODAY.isoformat()), 0, "compact: nothing to fold")
    version = house.lake.snapshot().version
    says(form4("compact", "--as-of", "2024-02-08"), 0, "2024-01  folded: ", "compact: 1 month folded: ")
    assert house.lake.snapshot().version == version + 1
    assert labels(house) == {"2023", "2024-01"}
    assert house.query("select count(*) from filings") == [(40,)]


def test_compacting_needs_a_lake(house: House) -> None:
    says(form4("compact"), 2, "there is no lake")
    assert not Path(house.lake_folder).exists()
