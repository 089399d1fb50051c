"""`python -m form4lake.benchmarks.damage`: what becomes of real XML whose lines or tags are damaged.

Each real document is damaged in each way, read, and compared with what the sound document says: exact; some of it kept
as text in `parse_issues` and NULL in its column; well formed again and saying less, which nobody can tell; refused; or
wrong: a value that the sound document does not have there, or something missing of which nothing is said. The same
seed gives the same damage.
"""

import random
import re
from collections import Counter
from collections.abc import Callable, Iterator
from dataclasses import fields
from pathlib import Path
from typing import Any

from lxml import etree

from ..parsers import DOUBTFUL, Filing, NotAnOwnershipFiling, parse_submission
from ..parsers.submission import take_apart
from ..parsers.xml.recovery import DOUBTFUL_BREAK
from ..tables import FILING_CHILDREN

REAL = Path("../shared/real-edgar")
FOLDERS = ("xml", "submissions", "misc")
WIDTHS = (60, 80, 100, 120, 255, 512, 777, 1_000, 1_023, 1_024)
SEED = 19
KINDS = ("exact", "as text", "well formed", "refused", "wrong")

_TAG = re.compile(r"<[^<>!?]+>")
_NAME = re.compile(r"</?(\w{2,})")
_BETWEEN = re.compile(r"\s*\n\s*")
_NOT_COMPARED = {"parse_mode", "parse_issues", "content_sha256", "row_number", "owner_number", "signature_number"}
_COUNTS = {"owner_count", "footnote_count"}

Damage = Callable[[random.Random, str], tuple[str, str]]
"""Makes of a document a sound one, which may be written otherwise, and the damaged one."""


def real_documents(folder: Path) -> dict[str, str]:
    """The ownership XML of every real file, by the file's name."""
    found = {}
    for path in sorted(each for name in FOLDERS for each in (folder / name).iterdir()):
        for document in take_apart(path.read_bytes()).documents:
            if b"</ownershipDocument>" in document.content:
                found[path.name] = document.content.decode().replace("\r\n", "\n")
    return found


def one_stream(width: int) -> Damage:
    """No line breaks except one after each `width` characters."""

    def damage(_chance: random.Random, text: str) -> tuple[str, str]:
        text = _BETWEEN.sub("", text)
        return text, _wrapped(text, width)

    return damage


def long_lines(width: int) -> Damage:
    """Each line that is too long is broken."""
    return lambda _chance, text: (text, "\n".join(_wrapped(line, width) for line in text.split("\n")))


def whole_text(width: int) -> Damage:
    """A break after each `width` characters, whatever stands there, besides the document's own."""
    return lambda _chance, text: (text, _wrapped(text, width))


def break_in_a_name(chance: random.Random, text: str) -> tuple[str, str]:
    """One line break inside the name of a random tag."""
    tag = chance.choice(list(_NAME.finditer(text)))
    at = chance.randrange(tag.start(1) + 1, tag.end(1))
    return text, f"{text[:at]}\n{text[at:]}"


def lost_tags(count: int) -> Damage:
    """So many random tags are lost."""

    def damage(chance: random.Random, text: str) -> tuple[str, str]:
        tags = list(_TAG.finditer(text))
        lost = chance.sample(tags, min(count, len(tags)))
        return text, _without(text, [each.span() for each in lost])

    return damage


def lost_neighbours(count: int) -> Damage:
    """So many tags that follow one another are lost, with the blanks between them."""

    def damage(chance: random.Random, text: str) -> tuple[str, str]:
        tags = list(_TAG.finditer(text))
        first = chance.randrange(len(tags) - count)
        neighbours = tags[first : first + count]
        return text, _without(text, [each.span() for each in neighbours])

    return damage


def misspelt_tag(chance: random.Random, text: str) -> tuple[str, str]:
    """One letter of a random tag's name is another."""
    tag = chance.choice(list(_NAME.finditer(text)))
    at = chance.randrange(tag.start(1), tag.end(1))
    return text, f"{text[:at]}{chance.choice('abcdXYZ')}{text[at + 1 :]}"


def damages() -> Iterator[tuple[str, Damage]]:
    """Every way of damaging a document, with its name."""
    for width in WIDTHS:
        yield f"one stream, broken every {width:,}", one_stream(width)
    for width in WIDTHS:
        yield f"long lines broken at {width:,}", long_lines(width)
    for width in WIDTHS:
        yield f"whole text broken every {width:,}", whole_text(width)
    yield "a line break in the name of a tag", break_in_a_name
    yield "a tag lost", lost_tags(1)
    yield "3 tags lost", lost_tags(3)
    for count in (2, 3, 4):
        yield f"{count} tags lost that follow one another", lost_neighbours(count)
    yield "a tag misspelt", misspelt_tag


def outcome(sound: str, damaged: str) -> tuple[str, str]:
    """One of KINDS, and what is wrong."""
    truth = parse_submission(sound.encode())
    try:
        filing = parse_submission(damaged.encode())
    except NotAnOwnershipFiling as refusal:
        return "refused", refusal.reason
    if _plain(filing) == _plain(truth):
        return "exact", ""
    if filing.parse_mode == "strict" and _is_well_formed(damaged):
        if "".join(damaged.split()) == "".join(sound.split()):
            is_said = any(each.reason.startswith(DOUBTFUL_BREAK) for each in filing.parse_issues)
            return ("as text", "") if is_said else ("wrong", "a line break was read as a blank")
        return "well formed", ""
    what = next(_wrong(filing, truth), "")
    if not what and all(each.reason.startswith(DOUBTFUL) for each in filing.parse_issues):
        what = "nothing is said"
    return ("wrong", what) if what else ("as text", "")


def _is_well_formed(text: str) -> bool:
    try:
        etree.fromstring(text.encode())
    except etree.XMLSyntaxError:
        return False
    return True


def _plain(record: Any) -> dict[str, Any]:
    plain = {each.name: getattr(record, each.name) for each in fields(record) if each.name not in _NOT_COMPARED}
    for name in FILING_CHILDREN:
        if name in plain:
            plain[name] = [_plain(row) for row in plain[name]]
    return plain


def _wrong(filing: Filing, truth: Filing) -> Iterator[str]:
    """Values that the sound document does not have there. A row is compared with the rows that may be the same."""
    for each in fields(Filing):
        if each.name not in {*_NOT_COMPARED, *_COUNTS, *FILING_CHILDREN}:
            value = getattr(filing, each.name)
            if value is not None and value != getattr(truth, each.name):
                yield f"{each.name} {value!r}, not {getattr(truth, each.name)!r}"
    for name in FILING_CHILDREN:
        if name == "parse_issues":
            continue
        left = [_plain(row) for row in getattr(truth, name)]
        for row in map(_plain, getattr(filing, name)):
            for place, other in enumerate(left):
                if all(value is None or _within(value, other[column], column) for column, value in row.items()):
                    del left[: place + 1]
                    break
            else:
                yield f"{name}: { ({column: value for column, value in row.items() if value is not None}) }"


def _within(value: Any, other: Any, column: str) -> bool:
    """Whether a value is that of the sound document; of footnote ids some may be missing."""
    if column.endswith("_fn"):
        return other is not None and set(value.split(",")) <= set(other.split(","))
    return bool(value == other)


def _wrapped(text: str, width: int) -> str:
    return "\n".join(text[start : start + width] for start in range(0, len(text), width))


def _without(text: str, spans: list[tuple[int, int]]) -> str:
    for start, end in sorted(spans, reverse=True):
        text = text[:start] + text[end:]
    return text


def main() -> None:
    """Damage, read, count and print."""
    documents = real_documents(REAL)
    print("| damage | n | exact | as text | well formed | refused | wrong |\n|---|---|---|---|---|---|---|")
    for name, damage in damages():
        chance = random.Random(SEED)  # noqa: S311 repeatable damage is the point
        counts: Counter[str] = Counter()
        for file, text in documents.items():
            sound, damaged = damage(chance, text)
            kind, what = outcome(sound, damaged)
            counts[kind] += 1
            if kind == "wrong":
                print(f"<!-- {file}: {what} -->")
        n = counts.total()
        cells = " | ".join(f"{counts[kind]:,}" for kind in KINDS)
        print(f"| {name} | {n:,} | {cells} |", flush=True)


if __name__ == "__main__":
    main()
