"""What the fuzzer starts from: a small filing of each format, and inputs of up to a megabyte grown from them."""

import random
from datetime import date
from pathlib import Path

from form4lake.replica import business_days, generate_archive
from form4lake.replica.render import XmlStyle, ownership_xml
from form4lake.replica.rendition_html import rendition_html
from form4lake.replica.rendition_text import TextStyle, rendition_text
from form4lake.tests.builders.paper_forms import BACK, FRONT, INITIAL_1, INITIAL_2, RULED_1, RULED_2, SPELT, submission

CORPUS = Path(__file__).parent / "corpus"
MOST_BYTES = 1_000_000
RULED_ROW = "Common Stock         |10/18/99 |P      |V|  200     |A  |12 3/8   |25,000    |D  |By trust |\n"
PAPER_HTML = f"""<HTML><BODY><P>FORM 4</P><P>STATEMENT OF CHANGES IN BENEFICIAL OWNERSHIP</P><PRE>{FRONT}</PRE>
<TABLE><TR><TD COLSPAN=10>Table I - Non-Derivative Securities Acquired, Disposed of, or Beneficially Owned</TD></TR>
<TR><TD>Common Stock</TD><TD>10/15/1999</TD><TD>S</TD><TD></TD><TD>1,000</TD><TD>D</TD><TD>$12.50</TD><TD>25,000</TD>
<TD>I</TD><TD>By trust<BR>(1)</TD></TR></TABLE><P>Explanation of Responses:</P><P>(1) Her father's.</P></BODY></HTML>"""
DEEP = (b"<a>", b"<b><i>", b"<div>", b"<table><tr><td>", b"<value>", b"<footnote>", b"<TABLE>", b"<ul><li>")
MANY = (
    b'<footnoteId id="F1"/>',
    b"<footnoteId/>",
    b'<footnote id="F%d">x</footnote>',
    b"%d. A note.\n",
    b"(%d) A note.\n",
    b"(%d)",
    b"<table></table>",
    b"<td>%d</td>",
    b"Table I\n",
    b"Table II\nCommon 1\n",
    b"<TABLE><S><C><C>\n",
    b"|",
    b"| a | 10/15/99 ",
    b"\t",
    b"a\t\n",
    b"<u>a</u>",
    b"<sup>(1)</sup>",
    b"&amp;",
    b"[ ",
    b"\n",
    b" ",
    b"<DOCUMENT><TYPE>4<TEXT>\n",
    b"1. Title of Security: Common Stock\n",
    b"/s/ Jane Doe    November 8, 1999\n",
    RULED_ROW.encode(),
)


def seeds() -> list[bytes]:
    """The files of the corpus, and filings as XML, HTML and text renditions, and paper forms as ASCII and HTML."""
    found = [path.read_bytes() for path in sorted(CORPUS.iterdir())]
    archive = generate_archive(3, business_days(date(2024, 1, 2), 3), 60)
    largest = sorted(archive.truth.values(), key=lambda each: len(repr(each)))[20::8]
    for filing in largest:
        found += [ownership_xml(filing, XmlStyle()), rendition_html(filing).encode(), rendition_text(filing).encode()]
    found.append(rendition_text(largest[-1], TextStyle(box="[X]", empty_box="[ ]", mark=" ({})", crlf=True)).encode())
    found += [submission(FRONT + table + BACK) for table in (RULED_1 + RULED_ROW, SPELT, RULED_2)]
    found += [submission(FRONT + INITIAL_1 + INITIAL_2 + BACK, "3"), submission(PAPER_HTML)]
    return found


def grown(chance: random.Random, some: list[bytes]) -> bytes:
    """A large input: a part of a filing over and over, depth, or many of a thing that is there once or twice."""
    raw = chance.choice(some)
    at = chance.choice([raw.find(each) for each in (b">", b"\n", b"|", b"Table", b"<table", b"\t")] + [len(raw) // 2])
    at = max(0, at) + chance.randrange(max(1, len(raw) - at))
    room = max(1, chance.choice((50_000, 300_000, MOST_BYTES)) - len(raw))
    match chance.randrange(5):
        case 0:
            part = raw[at : at + chance.choice((3, 20, 100, 500, 3_000))] or b"x"
            middle = part * (room // len(part))
        case 1:
            part = chance.choice(DEEP)
            middle = part * (min(room, chance.choice((2_000, 60_000, room))) // len(part))
        case 2:
            part = chance.choice(MANY)
            count = room // (len(part) + 4)
            middle = b"".join(part % n for n in range(1, count)) if b"%d" in part else part * count
        case 3:
            middle = raw[: len(raw) - 1] * (room // len(raw))
        case _:
            lines = raw.splitlines(keepends=True)
            start = chance.randrange(len(lines))
            part = b"".join(lines[start : start + chance.choice((1, 2, 5))])
            middle = part * (room // max(1, len(part)))
            at = raw.find(lines[start])
    return (raw[:at] + middle + raw[at:])[:MOST_BYTES]
