"""Which daily indexes EDGAR has of a quarter: its index.json, and the names master indexes had over the years."""

from __future__ import annotations

import json
import re
from collections import defaultdict
from dataclasses import dataclass
from datetime import date

from ..edgar_calendar import Quarter
from .client import EdgarClient
from .errors import Absent, BrokenAnswer
from .limits import LISTING

_NAME = re.compile(r"(?P<kind>master|form|company)\.(?P<digits>\d{6}|\d{8})\.(?P<packing>idx|(?:idx\.)?gz|(?:idx\.)?Z)")
_KINDS = ("master", "form", "company")
"""The piped index first: in the others a name can run into the form type."""
_PACKINGS = ("idx", "gz", "Z")
_LONG_NAMES = date(1998, 4, 1)
"""From here on a name has the whole year."""
_SIZE = re.compile(r"(\d{1,12}) ?(B|KB|MB)", re.IGNORECASE)
_UNITS = {"B": 1, "KB": 1000, "MB": 1_000_000}


@dataclass(frozen=True, slots=True)
class ListedFile:
    """An index that index.json lists: its path below /Archives/, and how many bytes it must have at least."""

    path: str
    least_bytes: int


def list_daily_indexes(client: EdgarClient, quarter: Quarter) -> dict[date, tuple[ListedFile, ...]] | None:
    """The indexes of a quarter's days, best first.

    `master` comes before `form` before `company`, an uncompressed file before .gz before .Z. None if EDGAR says that it
    has no list of that quarter (the future, before 1994-07, or a file that it denies for a while). Raises what
    `EdgarClient.get` raises else; a list that is no JSON of EDGAR's shape is BrokenAnswer. Source:
    `directory.item[].name` of index.json.
    """
    folder = f"edgar/daily-index/{quarter.year}/QTR{quarter.number}"
    try:
        answer = client.get(f"/Archives/{folder}/index.json", whole=lacks_of_listing, limit=LISTING)
    except Absent:
        return None
    found: dict[date, list[tuple[int, int, ListedFile]]] = defaultdict(list)
    for item in json.loads(answer.body)["directory"]["item"]:
        name = _NAME.fullmatch(item["name"])
        day = name and date_of_name(name["digits"], quarter)
        if name and day:
            packing = _PACKINGS.index(name["packing"].removeprefix("idx."))
            file = ListedFile(f"{folder}/{name[0]}", _least_bytes(item.get("size")))
            found[day].append((_KINDS.index(name["kind"]), packing, file))
    return {day: tuple(file for *_, file in sorted(found[day], key=_best_first)) for day in sorted(found)}


def list_sizes(client: EdgarClient, folder: str) -> dict[str, int]:
    """How many bytes each file of a folder below /Archives/ has at least: path → bytes; none where it has no list.

    Raises what `EdgarClient.get` raises, but not Absent or BrokenAnswer: the sizes are a second witness only.
    """
    try:
        answer = client.get(f"/Archives/{folder}/index.json", whole=lacks_of_listing, limit=LISTING)
    except (Absent, BrokenAnswer):
        return {}
    items = json.loads(answer.body)["directory"]["item"]
    return {f"{folder}/{item['name']}": _least_bytes(item.get("size")) for item in items}


def paths_of(day: date) -> tuple[str, ...]:
    """Where a day's master and form index are, if EDGAR has them without listing them."""
    quarter = Quarter.of(day)
    short = f"{day:%y%m%d}" if day.year >= 1995 else f"{day:%m%d%y}"
    digits = f"{day:%Y%m%d}" if day >= _LONG_NAMES else short
    folder = f"edgar/daily-index/{quarter.year}/QTR{quarter.number}"
    return tuple(f"{folder}/{kind}.{digits}.idx" for kind in _KINDS[:2])


def _best_first(found: tuple[int, int, ListedFile]) -> tuple[int, int, str]:
    kind, packing, file = found
    return kind, packing, file.path


def _least_bytes(size: object) -> int:
    """The fewest bytes of a file whose size is listed so, as `700 KB`; 0 where nothing can be told from it.

    Whether EDGAR's KB are 1,000 or 1,024 bytes and how they are rounded is not documented: the smaller is taken.
    """
    found = _SIZE.fullmatch(size) if isinstance(size, str) else None
    return max(0, (int(found[1]) - 1) * _UNITS[found[2].upper()]) if found else 0


def lacks_of_listing(body: bytes) -> str | None:
    """What keeps these bytes from being an index.json, in words; None if they are one."""
    try:
        listing = json.loads(body)
    except (ValueError, RecursionError) as error:  # UnicodeDecodeError is a ValueError
        return f"no JSON: {error}"
    items = listing.get("directory", {}) if isinstance(listing, dict) else None
    items = items.get("item") if isinstance(items, dict) else None
    if not isinstance(items, list):
        return "JSON without directory.item"
    if not all(isinstance(item, dict) and isinstance(item.get("name"), str) for item in items):
        return "JSON whose directory.item has entries without a name"
    return None


def date_of_name(digits: str, quarter: Quarter) -> date | None:
    """The day of `20240102`, `980102` (YYMMDD, until 1998-03) or `010394` (MMDDYY, before 1995).

    None if it is not a day of that quarter, which also tells the two short styles apart.
    """
    if len(digits) == 8:
        styles = [(digits[:4], digits[4:6], digits[6:])]
    else:
        one, two, three = digits[:2], digits[2:4], digits[4:]
        styles = [(f"19{one}", two, three), (f"19{three}", one, two)]
    for y, m, d in styles:
        try:
            day = date(int(y), int(m), int(d))
        except ValueError:
            continue
        if Quarter.of(day) == quarter:
            return day
    return None
