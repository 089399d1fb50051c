"""The account of time, from rows of `coverage`: how far it is complete, and what is not."""

from datetime import date

import pytest

from form4lake.reports.account import Account, account
from form4lake.reports.calendar import Day

FORMS = ("3", "4")
THURSDAY, FRIDAY, TUESDAY, WEDNESDAY = (date(2024, 1, day) for day in (11, 12, 16, 17))
NEXT = date(2024, 1, 18)


def row(day: date, state: str = "whole", *, forms: str | None = "3,3/A,4", quarantined: int = 0) -> Day:
    counted = {"expected": 5, "stored": 5, "quarantined": quarantined, "missing": 0, "from_datasets": 0}
    return Day(index_date=day, state=state, forms=forms, **counted)


def of(*rows: Day, today: date = NEXT, first: date | None = None, last: date | None = None) -> Account:
    found = account(rows, today, FORMS, first, last)
    assert found is not None
    return found


WHOLE = [row(THURSDAY), row(FRIDAY), row(TUESDAY), row(WEDNESDAY)]


def test_it_says_through_which_day_all_is_complete_and_how_far_behind_that_is() -> None:
    assert of(*WHOLE).headline() == "complete through 2024-01-17 (Wednesday), 0 business days behind"
    assert of(*WHOLE[:3]).headline() == "complete through 2024-01-16 (Tuesday), 1 business day behind"
    assert of(WHOLE[0], *WHOLE[2:]).headline() == "complete through 2024-01-11 (Thursday), 3 business days behind"
    damaged = [row(THURSDAY, "damaged"), *WHOLE[1:]]
    assert of(*damaged).headline() == "not complete from 2024-01-11 on, 4 business days behind"
    assert account([], NEXT, FORMS) is None


def test_a_day_that_is_not_due_yet_counts_once_it_is_read() -> None:
    assert of(*WHOLE, row(NEXT)).headline().startswith("complete through 2024-01-18 (Thursday), 0 ")
    assert of(*WHOLE, row(NEXT, "not published", forms=None)).headline().startswith("complete through 2024-01-17")
    assert of(*WHOLE, row(NEXT, "not published", forms=None)).troubles == ()


@pytest.mark.parametrize("state", ["partial", "damaged", "no index", "never read"])
def test_a_day_that_is_not_complete_is_named_and_alarms(state: str) -> None:
    found = of(*WHOLE[:2], row(TUESDAY, state), WHOLE[3])
    ((what, dates),) = [(each.what, each.dates) for each in found.troubles]
    assert (what, dates) == (state, (TUESDAY,))
    assert found.alarming == found.troubles
    assert str(found.troubles[0]).startswith(f"{state}: 2024-01-16 (form4 ")


def test_a_day_without_a_row_was_never_read_unless_edgar_was_closed() -> None:
    assert [(each.what, each.dates) for each in of(WHOLE[0], *WHOLE[2:]).troubles] == [("never read", (FRIDAY,))]


def test_an_index_is_late_after_more_than_one_business_day() -> None:
    unpublished = [row(THURSDAY), row(FRIDAY, "not published", forms=None)]
    monday_is_a_holiday = of(*unpublished, today=TUESDAY)
    assert (monday_is_a_holiday.behind, monday_is_a_holiday.late, monday_is_a_holiday.alarming) == (1, (), ())
    found = of(*unpublished, row(TUESDAY), today=WEDNESDAY)
    assert found.late == (FRIDAY,)
    assert [each.what for each in found.alarming] == ["not published"]


def test_a_day_of_a_data_set_is_complete_for_the_forms_that_were_taken() -> None:
    rows = [row(THURSDAY, "from a data set"), *WHOLE[1:]]
    assert of(*rows).troubles == ()
    rows[0] = row(THURSDAY, "from a data set", forms="4")
    assert [each.what for each in of(*rows).troubles] == ["from a data set, for fewer forms"]
    assert [each.what for each in of(row(THURSDAY, forms="4"), *WHOLE[1:]).troubles] == ["read for fewer forms"]


def test_a_range_is_judged_whatever_the_lake_covers() -> None:
    inside = of(*WHOLE, first=FRIDAY, last=TUESDAY)
    assert (inside.troubles, inside.complete_through) == ((), TUESDAY)
    before = of(*WHOLE, first=date(2024, 1, 9), last=THURSDAY)
    assert [each.dates for each in before.troubles] == [(date(2024, 1, 9), date(2024, 1, 10))]
    assert of(*WHOLE, first=TUESDAY, last=date(2024, 1, 19)).alarming


def test_nothing_is_said_of_a_day_that_is_not_due_and_not_read() -> None:
    asked = of(*WHOLE, first=NEXT)
    assert [(each.what, each.dates) for each in asked.alarming] == [("never read", (NEXT,))]
    assert of(row(NEXT, "not published", forms=None)).complete_through is None


def test_filings_in_quarantine_are_counted_of_the_days_judged() -> None:
    rows = [row(THURSDAY, quarantined=2), *WHOLE[1:3], row(WEDNESDAY, quarantined=3)]
    assert of(*rows).quarantined == 5
    assert of(*rows, first=FRIDAY, last=WEDNESDAY).quarantined == 3
    assert of(*rows, first=FRIDAY, last=TUESDAY).quarantined == 0
