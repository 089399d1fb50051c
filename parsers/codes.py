"""Codes of the form: a text that the specification's list or pattern does not allow in a field is not a value.

Sources: EDGAR Ownership XML Technical Specification, section 3.6, and the patterns of its schema
(ownershipDocumentCommon.xsd). States are held to their form, two characters, as EDGAR adds to its list (Appendix A).
"""

from __future__ import annotations

import re

from .issues import Converter
from .values import fold


def _code(pattern: str, problem: str) -> Converter:
    """A converter that keeps a text, white space folded, only if all of it is like that."""
    is_code = re.compile(pattern, re.ASCII).fullmatch

    def convert(text: str) -> tuple[str | None, str | None]:
        code = fold(text)
        return (code, None) if code is None or is_code(code) else (None, problem)

    return convert


transaction_code = _code(r"(?i:[AC-MOPSU-XZ](?:/[KV])?)", "is not a transaction code")
"""A letter of the list, K or V; small letters and `P/K` are kept, as filers wrote them, and doubted."""

transaction_form_type = _code(r"[345]", "is not the form type of a transaction: 3, 4 or 5")
acquired_disposed = _code(r"[AD]", "is neither A nor D")
direct_indirect = _code(r"[DI]", "is neither D nor I")
timeliness = _code(r"[EL]", "is neither E nor L")
state = _code(r"[A-Z0-9]{2}", "is not a state or country code of two characters")
zip_code = _code(r"[0-9A-Za-z #-]{1,10}", "is not a postal code of at most ten letters and digits")
schema_version = _code(r"[A-Z][0-9]{4}", "is not a schema version")
