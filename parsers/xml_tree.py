"""Bytes of XML to a tree, safely: no DTD, no entities, no network, bounded size and depth."""

from __future__ import annotations

import re

from lxml import etree

from parsers.errors import NotAnOwnershipFiling

MOST_BYTES = 8 * 2**20
"""Larger XML is refused unread. The largest real form seen has 0.1 MB; the specification's limits allow about 0.3."""

ROOT = b"<ownershipDocument"

_ENCODING = re.compile(rb"\s*<\?xml[^>]{0,100}?\bencoding\s*=\s*[\"']([^\"'>]{0,40})[\"']")
_SINGLE_BYTE = re.compile(r"us-ascii|ascii|iso-8859-\d{1,2}|latin1|windows-125\d")
_UTF16_MARKS = (b"\xff\xfe", b"\xfe\xff")
_UTF8_MARK = b"\xef\xbb\xbf"


def may_hold_root(content: bytes) -> bool:
    """Whether an ownership document can be in these bytes."""
    return ROOT in content or content.startswith(_UTF16_MARKS)


def parse(content: bytes) -> tuple[etree._Element, str | None]:
    """The root element, and what is the matter with the encoding, if anything.

    Comments and processing instructions are not in the tree; blank text between elements is not, unless there is
    markup in footnotes or remarks. Raises NotAnOwnershipFiling for XML that is not well formed, has a document type
    declaration or is too large; elements may be nested 256 deep.
    """
    if len(content) > MOST_BYTES:
        raise NotAnOwnershipFiling(f"XML of {len(content):,} bytes, more than any ownership form has")
    utf8, problem = _to_utf8(content)
    start = utf8.find(ROOT)
    if utf8.find(b"<!DOCTYPE", 0, start if start >= 0 else len(utf8)) >= 0:
        raise NotAnOwnershipFiling("XML with a document type declaration, which no ownership form has")
    root = _tree(utf8, keep_blanks=False)
    if _has_markup(root):
        root = _tree(utf8, keep_blanks=True)
    return root, problem


def _has_markup(root: etree._Element) -> bool:
    remarks, footnotes = next(root.iterchildren("remarks"), None), next(root.iterchildren("footnotes"), None)
    return bool(remarks is not None and len(remarks)) or (footnotes is not None and any(map(len, footnotes)))


def _tree(utf8: bytes, *, keep_blanks: bool) -> etree._Element:
    # A parser costs a microsecond to make and must not be shared: threads would queue for it.
    parser = etree.XMLParser(
        encoding="utf-8",
        resolve_entities=False,
        load_dtd=False,
        no_network=True,
        huge_tree=False,
        remove_comments=True,
        remove_pis=True,
        remove_blank_text=not keep_blanks,
    )
    try:
        return etree.fromstring(utf8, parser)
    except etree.XMLSyntaxError as error:
        raise NotAnOwnershipFiling(f"XML is not well formed: {error.msg}") from None


def _to_utf8(content: bytes) -> tuple[bytes, str | None]:
    if content.startswith(_UTF16_MARKS):
        try:
            return content.decode("utf-16").encode(), None
        except UnicodeDecodeError:
            raise NotAnOwnershipFiling("text that starts as UTF-16 and is not") from None
    content = content.removeprefix(_UTF8_MARK)
    match = _ENCODING.match(content)
    declared = match[1].decode("latin-1").lower() if match else "utf-8"
    if declared == "utf-8" and content.isascii():
        return content, None
    if _SINGLE_BYTE.fullmatch(declared):
        try:
            return content.decode(declared).encode(), None
        except (LookupError, UnicodeDecodeError):
            pass
    try:
        content.decode()
    except UnicodeDecodeError:
        return _from_windows(content), f"is not in its encoding, {declared}, and was read as windows-1252"
    return content, None if declared in ("utf-8", "utf8") else f"is not in its encoding, {declared}, but in UTF-8"


def _from_windows(content: bytes) -> bytes:
    try:
        return content.decode("cp1252").encode()
    except UnicodeDecodeError:
        raise NotAnOwnershipFiling("XML whose bytes are text neither in UTF-8 nor in windows-1252") from None
