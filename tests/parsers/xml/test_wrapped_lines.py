"""Which documents are taken for hard-wrapped: those with breaks that no writer makes, and no others."""

import pytest

from form4lake.parsers import parse_submission
from form4lake.parsers.xml.wrapped_lines import unwrapped

TEXT = "The options were granted under the plan and vest in four equal instalments from the date of the grant on. "
LONG = TEXT * 4


def document(note: str, *, indent: str = "\n  ") -> str:
    return indent.join(
        (
            "<ownershipDocument>",
            "<documentType>4</documentType>",
            "<issuer><issuerCik>0000320193</issuerCik></issuer>",
            f'<footnotes><footnote id="F1">{note}</footnote></footnotes>',
            "</ownershipDocument>",
        )
    )


def wrap(text: str, width: int, newline: str = "\n") -> str:
    return newline.join(text[start : start + width] for start in range(0, len(text), width))


@pytest.mark.parametrize("newline", ["\n", "\r\n"])
@pytest.mark.parametrize("width", [60, 97, 120, 200])
def test_a_document_of_lines_of_one_width(width: int, newline: str) -> None:
    whole = document(LONG, indent="")
    found = unwrapped(wrap(whole, width, newline).encode())
    assert found is not None
    assert (found.content.decode(), found.width, found.breaks) == (whole, width, (len(whole) - 1) // width)


def test_it_is_joined_where_it_is_well_formed_too() -> None:
    whole = document("x" * 20 + " See Exhibit 24 and Exhibit 25 and " + LONG, indent="")
    width = whole.index("24 and") + 1
    filing = parse_submission(wrap(whole, width).encode())
    assert filing.footnotes == parse_submission(whole.encode()).footnotes
    assert filing.parse_mode == "recovered"
    assert "a line broken at" in filing.parse_issues[0].reason


def test_bytes_are_counted_where_characters_were_split() -> None:
    raw = document("\u00e9\u00e8" * 200, indent="").encode()
    wrapped = b"\n".join(raw[start : start + 101] for start in range(0, len(raw), 101))
    found = unwrapped(wrapped)
    assert found is not None
    assert found.content == raw


@pytest.mark.parametrize(
    "note",
    [
        LONG,
        LONG.replace(". ", ".\n"),
        LONG.replace("plan and", "plan\nand", 1),
        "Principals Fund VII\nPrincipals Fund, L.P.",
        "first paragraph of some length, longer than any other line is in this document\nsecond",
        "a\nb\nc\nd",
        "",
    ],
)
def test_lines_that_a_writer_ended_stay(note: str) -> None:
    assert unwrapped(document(note).encode()) is None
    filing = parse_submission(document(note).encode())
    assert filing.footnotes[0].footnote_text == (" ".join(note.split()) or None)
    assert filing.parse_mode == "strict"


@pytest.mark.parametrize(
    ("before", "after", "is_joined"),
    [
        ("grant,", "in accordance", False),
        ("1,", "000 shares", True),
        ("of 12,", "500", True),
        ("dated September 12,", "2023", False),
        ("of 12,", "2023", False),
        ("on Sept. 4,", "100 shares", False),
        ("Rule 16b-3;", "3 shares", False),
        ("a price of 12.", "50 a share", True),
        ("of Acme Inc.", "20 shares", False),
        ("note (1)", "2 shares", False),
        ("on the basis of a", "grant", True),
        ("vest in four", "equal parts", False),
        ("from the date", "of the plan", False),
        ("instal", "ments of", True),
    ],
)
def test_one_break_after_a_usual_width_is_a_blank_where_a_writer_has_one(
    before: str, after: str, is_joined: bool
) -> None:
    start = '  <footnotes><footnote id="F1">'
    filler = "x" * (120 - len(f"{start} {before}"))
    raw = document(f"{filler} {before}\n{after} and so on.\n  {TEXT}\n  ").encode()
    assert max(map(len, raw.split(b"\n"))) == 120
    said = parse_submission(raw).footnotes[0].footnote_text or ""
    assert f" {before}{'' if is_joined else ' '}{after} and so on. The options" in said


def test_one_break_is_believed_where_it_splits_a_word_of_the_document() -> None:
    note = LONG.replace("instalments", "instal\nments", 1)
    found = unwrapped(document(note).encode())
    assert found is None or "instalments" in found.content.decode()
    first = document(f"{TEXT}instalments {'x' * 80} instal\nments")
    found = unwrapped(first.encode())
    assert found is not None
    assert found.content.decode() == first.replace("instal\nments", "instalments")


def test_the_roots_own_tag_may_be_split() -> None:
    raw = document("A note.").replace("<ownershipDocument>", "<ownershipDo\ncument>").encode()
    filing = parse_submission(raw)
    assert (filing.parse_mode, filing.footnotes[0].footnote_text) == ("recovered", "A note.")


@pytest.mark.parametrize(
    ("sound", "split"),
    [
        ("<issuerCik>", "<issuer\nCik>"),
        ("<issuerCik>", "<\r\nissuerCik>"),
        ("</issuerCik>", "</issuerC\r\nik>"),
        ("</issuerCik>", "<\n/issuerCik>"),
        ('<footnote id="F1">', '<foot\nnote id="F1">'),
        ('<footnote id="F1">', '<footnote i\nd="F1">'),
        ('<footnote id="F1">', '<footnote\nid="F1\n">'),
    ],
)
def test_each_tag_that_is_split_is_joined_and_said(sound: str, split: str) -> None:
    text = document("A note.").replace("<remarks", "<x")
    filing = parse_submission(text.replace(sound, split).encode())
    assert (filing.issuer_cik, filing.footnotes[0].footnote_id) == (320193, "F1")
    if filing.parse_mode == "recovered":
        assert [each.reason for each in filing.parse_issues] == [
            "the XML is not well formed: a line break inside a tag was removed"
        ]
        assert filing.parse_issues[0].raw_value == " ".join(split.split())


@pytest.mark.parametrize(
    ("width", "rest", "is_said"),
    [
        (254, "instal\nments", True),
        (777, "instal\nments", True),
        (777, "under Rule 144,\nas amended", False),
        (777, "of the grant\n on that day", False),
        (777, "instal\nments, Frederik\nBotha, Jane\nDoe", False),
    ],
)
def test_a_break_of_which_nobody_knows_whether_it_stands_in_a_word_is_named(
    width: int, rest: str, is_said: bool
) -> None:
    start = '  <footnotes><footnote id="F1">'
    first = rest.partition("\n")[0]
    text = document(f"{'y' * (width - len(f'{start} {first}'))} {rest} and so on.")
    assert max(map(len, text.split("\n"))) == width
    filing = parse_submission(text.encode())
    named = [each.raw_value for each in filing.parse_issues]
    assert (len(named), filing.parse_mode) == (1 if is_said else 0, "strict")
    assert all("instal ments" in (each or "").replace("\n", " ") for each in named)
