"""Indexes and listings that say less than they should, and yet are well formed: empty, or cut where a line ends."""

from __future__ import annotations

import gzip
import json

_GZIP_MAGIC = b"\x1f\x8b"
_RULE = b"-" * 10


def shortened(path: str, body: bytes, *, empty: bool) -> bytes:
    """An index (packed as it was) or index.json without any of its rows, or without the second half of them."""
    if path.endswith("/index.json"):
        return _listing(body, empty=empty)
    packed = body.startswith(_GZIP_MAGIC)
    lines = (gzip.decompress(body) if packed else body).splitlines(keepends=True)
    begins = next((number for number, line in enumerate(lines, 1) if line.startswith(_RULE)), 0)
    kept = 0 if empty else (len(lines) - begins) // 2
    short = b"".join(lines[: begins + kept])
    return gzip.compress(short, 1, mtime=0) if packed else short


def _listing(body: bytes, *, empty: bool) -> bytes:
    content = json.loads(body)
    items = content["directory"]["item"]
    days = sorted({_day(item["name"]) for item in items})
    kept = set() if empty else set(days[: len(days) // 2])
    content["directory"]["item"] = [item for item in items if _day(item["name"]) in kept]
    return json.dumps(content).encode("ascii")


def _day(name: str) -> str:
    return name.split(".")[1]
