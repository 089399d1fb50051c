"""One day's index: its master, or where that is absent or broken the day's form or company index."""

from __future__ import annotations

from collections.abc import Collection

from .client import EdgarClient, Validators
from .days import ListedDay
from .index_files import IndexFile, read_first_whole

_NONE_SEEN = Validators()


def read_daily_index(
    client: EdgarClient, day: ListedDay, forms: Collection[str], *, seen: Validators = _NONE_SEEN
) -> IndexFile | None:
    """The index of a day that `survey_days` lists (ValueError for another), fetched and read.

    None if the day's best file is still the edition `seen`. Else the first of the day's files that can be read whole,
    or the one that lists most. Raises DamagedIndex if none is an index at all, and what `EdgarClient.get` raises.
    """
    if day.path is None:
        raise ValueError(f"{day.index_date} has no index to read: {day.state}")
    return read_first_whole(client, (day.path, *day.other_paths), day.index_date, forms, seen)
