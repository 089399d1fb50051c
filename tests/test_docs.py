"""The documentation says what is so."""

import re
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
import yaml

from form4lake.scripts import cli_doc, tables_doc

ROOT = Path(__file__).parents[1]
DOCS = ROOT / "docs"
PAGES = [*sorted(DOCS.glob("*.md")), ROOT / "README.md", ROOT / "CONTRIBUTING.md", ROOT / "CHANGELOG.md"]


@pytest.mark.parametrize(
    ("path", "content"),
    [
        (tables_doc.COLUMNS_OF_VIEWS, tables_doc.view_columns),
        (tables_doc.PAGE, tables_doc.page),
        (cli_doc.PAGE, cli_doc.page),
    ],
)
def test_each_file_is_what_make_docs_writes(path: Path, content: Callable[[], str]) -> None:
    assert content() == path.read_text(encoding="utf-8"), "run: make docs"


def test_every_page_is_in_the_navigation_of_the_site() -> None:
    site = yaml.safe_load((ROOT / "mkdocs.yml").read_text(encoding="utf-8"))
    assert sorted(_named(site["nav"])) == sorted(page.name for page in PAGES)


@pytest.mark.parametrize("page", PAGES, ids=lambda page: page.name)
def test_every_link_leads_to_a_file_and_a_heading(page: Path) -> None:
    for target in re.findall(r"\]\(([^)\s]+)\)", page.read_text(encoding="utf-8")):
        name, _, heading = target.partition("#")
        if not name.startswith("https://"):
            linked = page.parent / name if name else page
            assert linked.exists(), target
            assert not heading or heading in _headings(linked), target


def _named(nav: list[dict[str, Any]]) -> Iterator[str]:
    """The files that a navigation names, at any depth."""
    for entry in nav:
        for below in entry.values():
            yield from [below] if isinstance(below, str) else _named(below)


def _headings(page: Path) -> set[str]:
    """The headings of a page as addresses: lower case, hyphens for blanks, no punctuation."""
    titles = re.findall(r"^#+ (.+)$", page.read_text(encoding="utf-8"), re.MULTILINE)
    return {re.sub(r"[^\w\- ]", "", title.lower()).replace(" ", "-") for title in titles}


def test_every_message_of_the_troubleshooting_page_is_one_of_the_program() -> None:
    page = (DOCS / "troubleshooting.md").read_text(encoding="utf-8")
    messages = re.findall(r"^\| `([^`]+)` \|", page, re.MULTILINE)
    folders = ("commands", "crawler", "flows", "storage")
    sources = [
        ROOT / "settings.py",
        ROOT / "cli.py",
        *(path for name in folders for path in (ROOT / name).rglob("*.py")),
    ]
    code = "\n".join(path.read_text(encoding="utf-8") for path in sources)
    assert len(messages) > 10
    assert [each for each in messages if each not in code] == []
