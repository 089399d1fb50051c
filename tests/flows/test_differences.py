"""How a quarter's index and the lake's index entries differ."""

from dataclasses import replace
from datetime import UTC, date, datetime

from form4lake.flows.reports.run_report import Difference
from form4lake.flows.steps.differences import differences
from form4lake.tables import IndexEntry

DAY, NEXT = date(2024, 1, 10), date(2024, 1, 11)
NOW = datetime(2024, 4, 1, tzinfo=UTC)


def entry(number: int, form: str = "4", filed: date = DAY, index_date: date | None = None) -> IndexEntry:
    return IndexEntry(
        accession_number=f"0000000001-24-{number:06}",
        filing_date=filed,
        index_date=index_date or filed,
        form_type=form,
        source_path=f"edgar/data/1/0000000001-24-{number:06}.txt",
    )


def delisted(each: IndexEntry) -> IndexEntry:
    return replace(each, delisted_at=NOW)


def found(listed: list[IndexEntry], held: list[IndexEntry], before: date = date.max) -> list[tuple[str, IndexEntry]]:
    differ = differences(listed, held, removed_before=before, forms={"4", "4/A"}, now=NOW)
    assert all(isinstance(each, Difference) and each.detail for each in differ)
    return [(each.kind, each.entry) for each in differ]


def test_what_both_say_is_no_difference() -> None:
    other_path = replace(entry(1), source_path="edgar/data/2/0000000001-24-000001.txt", company_name="Other Co")
    assert found([entry(1), entry(2)], [other_path, entry(2, index_date=NEXT)]) == []


def test_an_addition_is_a_filing_of_its_own_date() -> None:
    assert found([entry(2, filed=NEXT), entry(1)], []) == [("added", entry(1)), ("added", entry(2, filed=NEXT))]


def test_what_is_not_listed_any_more_is_marked() -> None:
    assert found([], [entry(1)]) == [("removed", delisted(entry(1)))]
    twice = [entry(1), entry(1, index_date=NEXT)]
    assert found([], twice) == [("removed", delisted(each)) for each in twice]


def test_nothing_is_marked_twice_or_of_other_forms_or_before_its_time() -> None:
    assert found([], [delisted(entry(1)), entry(2, form="3")]) == []
    assert found([], [entry(1), entry(2, filed=NEXT)], before=NEXT) == [("removed", delisted(entry(1)))]


def test_what_is_listed_again_loses_its_mark() -> None:
    assert found([entry(1)], [delisted(entry(1))]) == [("added", entry(1))]
    assert found([entry(1)], [delisted(entry(1)), entry(1, index_date=NEXT)]) == []


def test_a_corrected_form_or_date_stays_under_its_index_date() -> None:
    corrected = entry(1, form="4/A", filed=NEXT)
    assert found([corrected], [entry(1)]) == [("changed", replace(corrected, index_date=DAY))]
