"""HTML to a tree: BeautifulSoup on lxml, which takes any markup."""

from __future__ import annotations

import warnings

from bs4 import BeautifulSoup, ParserRejectedMarkup, XMLParsedAsHTMLWarning

from parsers.errors import NotAnOwnershipFiling

# Paper forms in HTML may start as XML does; nobody who parses filings can do anything about it.
warnings.filterwarnings("ignore", category=XMLParsedAsHTMLWarning)


def html_tree(text: str) -> BeautifulSoup:
    """The tree of a page; raises NotAnOwnershipFiling where even that is impossible."""
    try:
        return BeautifulSoup(text, "lxml")
    except ParserRejectedMarkup:
        raise NotAnOwnershipFiling("HTML that has no tree") from None
