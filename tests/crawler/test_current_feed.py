"""The current feed: real pages, hostile ones, and how far it is read."""

from collections.abc import Callable
from datetime import UTC, date, datetime
from pathlib import Path

import pytest

from form4lake.crawler import EdgarClient, Listed, feed_path, parse_feed, read_feed
from form4lake.crawler.current_feed import MOST_PAGES, PAGE_ENTRIES, PAGE_STEP, lacks_of_feed
from form4lake.tests.builders.scripted_server import Scripted, ScriptedServer

FORMS = ("4", "4/A")
ENTRY = """<entry>
<title>{form} - Doe &amp; Söhne (000000{number}) (Issuer)</title>
<link rel="alternate" type="text/html" href="https://www.sec.gov/Archives/{path}-index.htm"/>
<summary type="html">
 &lt;b&gt;Filed:&lt;/b&gt; 2024-01-10 &lt;b&gt;AccNo:&lt;/b&gt; {accession} &lt;b&gt;Size:&lt;/b&gt; 6 KB
</summary>
<updated>2024-01-10T16:06:36-05:00</updated>
<category scheme="https://www.sec.gov/" label="form type" term="{form}"/>
<id>urn:tag:sec.gov,2008:accession-number={accession}</id>
</entry>
"""


def entry(number: int, *, form: str = "4", cik: int = 5) -> str:
    accession = f"0000000001-24-00{number}"
    path = f"edgar/data/{cik}/{accession.replace('-', '')}/{accession}"
    return ENTRY.format(number=number, form=form, accession=accession, path=path)


def page(*entries: str) -> bytes:
    head = '<?xml version="1.0" encoding="ISO-8859-1" ?>\n<feed xmlns="http://www.w3.org/2005/Atom">\n'
    return f"{head}{''.join(entries)}</feed>\n".encode("latin-1")


@pytest.mark.parametrize("number", range(1, 12))
def test_every_entry_of_a_real_page_is_read(real_edgar: Path, number: int) -> None:
    body = (real_edgar / "index" / f"getcurrent_page{number:02}.xml").read_bytes()
    assert lacks_of_feed(body) is None
    listed, problems = parse_feed(body, FORMS)
    assert problems == []
    assert len(listed) == body.count(b'term="4"') + body.count(b'term="4/A"')
    assert all(each.company_name and "(" not in each.company_name for each in listed)
    # What EDGAR takes after its index is out has the next day's date.
    assert all(0 <= (each.accepted_at.date() - each.filing_date).days <= 1 for each in listed)


def test_an_entry_says_which_filing_it_is() -> None:
    assert parse_feed(page(entry(4711)), FORMS)[0] == [
        Listed(
            accession_number="0000000001-24-004711",
            form_type="4",
            filing_date=date(2024, 1, 10),
            accepted_at=datetime(2024, 1, 10, 21, 6, 36, tzinfo=UTC),
            company_name="Doe & Söhne",
            source_path="edgar/data/5/0000000001-24-004711.txt",
        )
    ]


@pytest.mark.parametrize(
    ("old", "new"),
    [
        ("accession-number=0000000001-24-004711", "accession-number=0000000001-24-004712"),
        ("accession-number=", "accession-number"),
        ("/Archives/edgar/data/5/", "/Archives/edgar/data/5/../6/"),
        ("/Archives/edgar/data/", "/etc/"),
        ('href="https://www.sec.gov', "href=javascript:alert"),
        ("<updated>2024-01-10T16", "<updated>2024-13-10T16"),
        ("-05:00</updated>", "</updated>"),
        ("2024-01-10 &lt;b", "tomorrow &lt;b"),
        ("term=", "trem="),
    ],
)
def test_an_entry_that_contradicts_itself_is_a_problem_and_costs_no_other(old: str, new: str) -> None:
    assert old in entry(4711)
    listed, problems = parse_feed(page(entry(4711).replace(old, new), entry(4713)), FORMS)
    assert [each.accession_number for each in listed] == ["0000000001-24-004713"]
    assert len(problems) == 1


def test_other_forms_are_left_out_without_a_word() -> None:
    assert parse_feed(page(entry(4711, form="424B2"), entry(4712, form="3")), FORMS) == ([], [])


@pytest.mark.parametrize("filler", [b"<entry ", b"<entry>", b"<entry><title>", b"&lol;" * 5, b"<link href='/Archives/"])
def test_no_bytes_cost_more_than_their_length(filler: bytes) -> None:
    """A hundred times a page; a search that went back and forth would not come to an end."""
    body = page(entry(4711)).replace(b"</feed>", b"") + filler * 40_000 + b"</feed>"
    assert parse_feed(body, FORMS)[0][0].accession_number == "0000000001-24-004711"


def serve(server: ScriptedServer, entries: list[str]) -> None:
    """A feed of entries, the newest first."""
    serve_from(server, entries, 0)


def serve_from(server: ScriptedServer, entries: list[str], first: int) -> None:
    """The pages of a feed from an entry on."""
    for start in range(first, len(entries) + 1, PAGE_STEP):
        server.script(feed_path("4", start), Scripted(page(*entries[start : start + PAGE_ENTRIES])))


def test_pages_are_read_until_they_meet_what_is_known(
    server: ScriptedServer, make_client: Callable[..., EdgarClient]
) -> None:
    serve(server, [entry(number) for number in range(4999, 4499, -1)])
    feed = read_feed(make_client(), "4", FORMS, lambda each: each.accession_number <= "0000000001-24-004850")
    assert (feed.pages, len(server.asked), len(feed.filings), feed.overflowed) == (2, 2, 160, False)


def test_a_filing_that_moves_up_while_pages_are_read_is_not_lost_at_their_seam(
    server: ScriptedServer, make_client: Callable[..., EdgarClient]
) -> None:
    entries = [entry(number) for number in range(4999, 4849, -1)]
    server.script(feed_path("4"), Scripted(page(*entries[:PAGE_ENTRIES])))
    entries.insert(70, entries.pop(105))
    serve_from(server, entries, PAGE_STEP)
    assert len(read_feed(make_client(), "4", FORMS, lambda _: False).filings) == 150


def test_one_known_filing_among_new_ones_does_not_end_the_reading(
    server: ScriptedServer, make_client: Callable[..., EdgarClient]
) -> None:
    """Entries come in any order within a second, and a liar could put an old one anywhere."""
    entries = [entry(number) for number in range(4999, 4849, -1)]
    entries[99] = entry(1111)
    serve(server, entries)
    feed = read_feed(make_client(), "4", FORMS, lambda each: each.accession_number.endswith("1111"))
    assert (feed.pages, len(feed.filings)) == (2, 150)


def test_a_filing_counts_once_under_the_party_that_an_index_has_first(
    server: ScriptedServer, make_client: Callable[..., EdgarClient]
) -> None:
    serve(server, [entry(4711, cik=cik) for cik in (866829, 1880259, 99)])
    feed = read_feed(make_client(), "4", FORMS, lambda _: False)
    assert [each.source_path for each in feed.filings.values()] == ["edgar/data/1880259/0000000001-24-004711.txt"]


def test_a_feed_that_never_ends_is_left(server: ScriptedServer, make_client: Callable[..., EdgarClient]) -> None:
    serve(server, [entry(4711)] * 3000)
    feed = read_feed(make_client(), "4", FORMS, lambda _: False)
    assert (feed.pages, feed.overflowed, len(feed.filings)) == (MOST_PAGES, True, 1)


@pytest.mark.parametrize("body", [page(entry(4711))[:-20], b"<html>no feed</html>", b"", b"<feed>"])
def test_half_a_page_is_asked_for_again(
    server: ScriptedServer, make_client: Callable[..., EdgarClient], body: bytes
) -> None:
    server.script(feed_path("4"), Scripted(body), Scripted(page(entry(4711))))
    feed = read_feed(make_client(), "4", FORMS, lambda _: False)
    assert list(feed.filings) == ["0000000001-24-004711"]
    assert len(server.asked) == 2
