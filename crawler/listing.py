"""Which daily indexes EDGAR has of a quarter: its index.json, and the names master indexes had over the years."""

from __future__ import annotations

import json
import re
from collections import defaultdict
from datetime import date

from ..edgar_calendar import Quarter
from .client import EdgarClient
from .errors import Absent
from .limits import LISTING

_NAME = re.compile(r"(?P<kind>master|form|company)\.(?P<digits>\d{6}|\d{8})\.(?P<packing>idx|(?:idx\.)?gz|(?:idx\.)?Z)")
_KINDS = ("master", "form", "company")
"""The piped index first: in the others a name can run into the form type."""
_PACKINGS = ("idx", "gz", "Z")


def list_daily_indexes(client: EdgarClient, quarter: Quarter) -> dict[date, tuple[str, ...]] | None:
    """The indexes of a quarter's days: date → paths below /Archives/, best first.

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
    found: dict[date, list[tuple[int, int, str]]] = defaultdict(list)
    for item in json.loads(answer.body)["directory"]["item"]:
        name = _NAME.fullmatch(item["name"])
        day = name and date_of_name(name["digits"], quarter)
        if name and day:
            packing = _PACKINGS.index(name["packing"].removeprefix("idx."))
            found[day].append((_KINDS.index(name["kind"]), packing, f"{folder}/{name[0]}"))
    return {day: tuple(path for _, _, path in sorted(found[day])) for day in sorted(found)}


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

    None if it is no day of that quarter, which also tells the two short styles apart.
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
