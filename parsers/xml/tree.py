"""Bytes of XML to a tree, safely: no DTD, no entities, no network, bounded size and depth."""

from __future__ import annotations

import re

from lxml import etree

from ..errors import NotAnOwnershipFiling

MOST_BYTES = 8 * 2**20
"""Larger XML is refused unread. The largest real form seen has 0.1 MB; the specification's limits allow about 0.3."""

ROOT = b"<ownershipDocument"

_SPLIT_ROOT = re.compile(rb"<[\r\n]*" + rb"[\r\n]*".join(re.findall(rb"\w", ROOT)))
"""The root's tag with a line break in it."""

MOST_TAGS = 150_000
"""More are refused unread: a tree takes a hundred bytes and more an element, however short its tag."""

_ENCODING = re.compile(rb"\s*<\?xml[^>]{0,100}?\bencoding\s*=\s*[\"']([^\"'>]{0,40})[\"']")
_SINGLE_BYTE = re.compile(r"us-ascii|ascii|iso-8859-\d{1,2}|latin1|windows-125\d")
_UTF16_MARKS = (b"\xff\xfe", b"\xfe\xff")
_UTF8_MARK = b"\xef\xbb\xbf"


class NotWellFormed(NotAnOwnershipFiling):
    """XML that its grammar forbids, and that might be repaired."""


def may_hold_root(content: bytes) -> bool:
    """Whether an ownership document can be in these bytes."""
    return ROOT in content or content.startswith(_UTF16_MARKS) or _SPLIT_ROOT.search(content) is not None


def checked(content: bytes) -> tuple[bytes, str | None]:
    """The content in UTF-8, and what is the matter with its encoding, if anything.

    Raises NotAnOwnershipFiling for XML that has a document type declaration or is too large.
    """
    if len(content) > MOST_BYTES:
        raise NotAnOwnershipFiling(f"XML of {len(content):,} bytes, more than any ownership form has")
    utf8, problem = to_utf8(content)
    start = utf8.find(ROOT)
    if utf8.find(b"<!DOCTYPE", 0, start if start >= 0 else len(utf8)) >= 0:
        raise NotAnOwnershipFiling("XML with a document type declaration, which no ownership form has")
    return utf8, problem


def tree(utf8: bytes) -> etree._Element:
    """The root element of XML in UTF-8; raises NotWellFormed.

    Comments and processing instructions are not in the tree; blank text between elements is not, unless there is
    markup in footnotes or remarks. Raises NotAnOwnershipFiling for too many tags; elements may be nested 256 deep.
    """
    if utf8.count(b"<") > MOST_TAGS:
        raise NotAnOwnershipFiling(f"XML of more than {MOST_TAGS:,} tags, more than any ownership form has")
    root = _tree(utf8, keep_blanks=False)
    return _tree(utf8, keep_blanks=True) if _has_markup(root) else root


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
        raise NotWellFormed(f"XML is not well formed: {error.msg}") from None


def to_utf8(content: bytes) -> tuple[bytes, str | None]:
    """The content in UTF-8, and what is the matter with its encoding; raises NotAnOwnershipFiling for no text."""
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
        raise NotWellFormed("XML whose bytes are text neither in UTF-8 nor in windows-1252") from None
