"""What bytes are that hold no ownership XML, in words."""

from __future__ import annotations

import re

from ..tables import OWNERSHIP_FORMS
from .header import read_header
from .submission import Submission

_LOOK = 65_536
"""Bytes looked at to tell what a document is."""

_TITLE = re.compile(r"<title[^>]{0,100}>\s*([^<]{0,100})", re.IGNORECASE)
_S3_ERROR = re.compile(r"<Error>\s*<Code>(\w{1,40})")
_COMMENT_OR_ROOT = re.compile(r"<!--|<([A-Za-z_][\w:.-]{0,60})")
_FAILED = re.compile(r"unavailable|rate threshold|automated tool|denied|forbidden|not found|error|50\d", re.IGNORECASE)


def what_it_is(submission: Submission) -> str:
    """What a submission without ownership XML is, or holds instead."""
    if not submission.documents:
        return "a submission's header without a document"
    if submission.header:
        form_type = read_header(submission.header, "").form_type or submission.documents[0].type
        if form_type not in OWNERSHIP_FORMS:
            return f"form type {form_type[:40]}" if form_type else "a submission without a form type and without XML"
    content = submission.documents[0].content
    text = content[:_LOOK].decode("latin-1")
    if submission.header:
        kind = "in HTML" if re.search(r"<html|<table", text, re.IGNORECASE) and "<TABLE>" not in text else "as ASCII"
        return f"no ownership XML: the document is a paper form typed {kind}"
    return _bare(text)


def _bare(text: str) -> str:
    lowered = text.lower()
    error = _S3_ERROR.search(text)
    if error is not None:
        return f"S3 error {error[1]}"
    if "<html" in lowered or "<!doctype html" in lowered:
        return _html(text, lowered)
    if not text.strip():
        return "empty: no bytes but white space"
    if "statement of changes in beneficial ownership" in lowered or "statement of beneficial ownership" in lowered:
        return "no ownership XML: plain text of an ownership form"
    if text.startswith(("<?xml", "<!--")):
        root = _root_name(text)
        return f"XML whose root element is {root}" if root else "XML without a root element"
    if text.startswith(("{", "[")):
        return "JSON"
    return f"neither a submission nor XML; it starts with {text[:40]!r}"


def _root_name(text: str) -> str | None:
    at = 0
    while match := _COMMENT_OR_ROOT.search(text, at):
        if match[1]:
            return match[1]
        end = text.find("-->", match.end())
        if end < 0:
            return None
        at = end
    return None


def _html(text: str, lowered: str) -> str:
    if "beneficial ownership" in lowered and "reporting person" in lowered:
        return "no ownership XML: the HTML rendition of an ownership form"
    title = _TITLE.search(text)
    name = " ".join(title[1].split()) if title else ""
    if _FAILED.search(name):
        return f"HTTP error page: {name}"
    return f"HTML page: {name}" if name else "HTML page without a title"
