"""Which quarters a range of days touches; pure."""

from datetime import date

from ..crawler import FIRST_DATASET, Quarter


def check_quarters(start: date, end: date, today: date) -> None:
    """Raises ValueError, for people, where a backfill from data sets from `start` to `end` makes no sense."""
    if start > end:
        raise ValueError(f"the backfill would begin on {start} and end on {end}: give the earlier date first")
    if start > today or end < FIRST_DATASET.first:
        raise ValueError(
            f"the SEC has data sets from {FIRST_DATASET} to today, {today}; {start} to {end} is outside: "
            "form4 backfill --source index has what is older"
        )


def quarters_of(first: date, last: date) -> list[Quarter]:
    """The quarters that have days from `first` to `last`, from the first one with a data set on, oldest first."""
    quarters = []
    quarter = Quarter.of(max(first, FIRST_DATASET.first))
    while quarter.first <= last:
        quarters.append(quarter)
        quarter = Quarter(quarter.year + quarter.number // 4, quarter.number % 4 + 1)
    return quarters
