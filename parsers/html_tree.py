"""HTML to a tree: BeautifulSoup on lxml, which takes any markup."""

from __future__ import annotations

import warnings

from bs4 import BeautifulSoup, ParserRejectedMarkup, XMLParsedAsHTMLWarning
from bs4.element import Tag

from .errors import NotAnOwnershipFiling

# Paper forms in HTML may start as XML does; nobody who parses filings can do anything about it.
warnings.filterwarnings("ignore", category=XMLParsedAsHTMLWarning)


MOST_DEPTH = 500
"""Tags open at once: BeautifulSoup takes time with the depth of each tag. Real pages have some tens."""


class _Page(BeautifulSoup):
    def pushTag(self, tag: Tag) -> None:  # noqa: N802 the name is BeautifulSoup's
        if len(self.tagStack) > MOST_DEPTH:
            raise NotAnOwnershipFiling("HTML that is nested deeper than in any ownership form")
        super().pushTag(tag)


def html_tree(text: str) -> BeautifulSoup:
    """The tree of a page; raises NotAnOwnershipFiling where that is impossible, or takes time without bound."""
    try:
        return _Page(text, "lxml")
    except ParserRejectedMarkup:
        raise NotAnOwnershipFiling("HTML that has no tree") from None
