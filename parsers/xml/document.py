"""The tree of an ownership document to the records of a filing."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Iterator
from typing import Any

from lxml.etree import _Element

from ...tables import OWNERSHIP_FORMS, Filing, Footnote, ReportingOwner, Signature
from ..errors import NotAnOwnershipFiling
from ..header import Header, made_on
from ..issues import MOST_ROWS
from ..ticker import ticker
from ..values import day, fold
from .elements import Reading, Shape, children, columns, flatten, id_of
from .rows import read_rows
from .shapes import FILING, OWNER, SIGNATURE


def read_document(root: _Element, header: Header, *, is_rewritten: bool = False) -> Filing:
    """The filing that an `ownershipDocument` element and the header of its submission say.

    In one that was rewritten from broken markup, what is misplaced may have lost its place. Raises NotAnOwnershipFiling
    where the form type is none of the six. `parser_version`, `content_sha256` and `source_path` are left to the caller.
    """
    sections = _sections(root)
    signed = (each.text or "" for one in sections["ownerSignature"] for each in one.iterchildren("signatureDate"))
    reading = Reading(made_on=made_on(header, (day(text)[0] for text in signed)), is_rewritten=is_rewritten)
    reading.issues += header.issues
    values = columns(root, FILING, reading)
    check(values, header, reading)
    return filing_of(
        values,
        header,
        reading,
        reporting_owners=_owners(sections["reportingOwner"], reading),
        **read_rows(root, reading),
        footnotes=_footnotes(sections["footnotes"], reading),
        signatures=_signatures(sections["ownerSignature"], reading),
    )


def filing_of(values: dict[str, Any], header: Header, reading: Reading, **rows: Any) -> Filing:
    """The filing of these columns and rows, read strictly."""
    _check_owners(rows["reporting_owners"], header, reading)
    return Filing(
        accession_number=header.accession_number,
        filing_date=header.filed,
        accepted_at=header.accepted_at,
        **values,
        ticker=ticker(values.get("issuer_trading_symbol")),
        owner_count=len(rows["reporting_owners"]),
        footnote_count=len(rows["footnotes"]),
        source_format="xml",
        parse_mode="strict",
        **rows,
        parse_issues=reading.issues,
    )


def _sections(root: _Element) -> defaultdict[str, list[_Element]]:
    """The children of the root by their names."""
    sections: defaultdict[str, list[_Element]] = defaultdict(list)
    for each in children(root):
        sections[each.tag].append(each)
    return sections


def check(values: dict[str, Any], header: Header, reading: Reading) -> None:
    """Settle the form type, and report an issuer and a period of report that are not the header's; the XML's are kept.

    The header's issuer is taken where the XML has no CIK of one. Raises NotAnOwnershipFiling where the form type is
    none of the six.
    """
    values["form_type"] = _form_type(values.get("form_type"), header, reading)
    for column, name in (("issuer_cik", "issuer"), ("period_of_report", "period of report")):
        stated, headers = values.get(column), getattr(header, column)
        if column == "issuer_cik" and stated is None and headers is not None:
            reading.issue("the XML has no CIK of an issuer; the header's was taken", str(headers), column)
            values[column] = headers
        if stated is not None and headers is not None and stated != headers:
            reading.issue(f"the header's {name} is {headers}", str(stated), column)


def _check_owners(owners: list[ReportingOwner], header: Header, reading: Reading) -> None:
    """Report owners that are not the header's; the XML's are kept."""
    if not header.owner_ciks:
        return
    stated = {each.owner_cik for each in owners if each.owner_cik is not None}
    if stated and stated != set(header.owner_ciks):
        reading.at("reporting_owners")
        reason = f"the header's reporting owners are {_listed(header.owner_ciks)}"
        reading.issue(reason, _listed(stated), "owner_cik")


def _listed(ciks: Iterable[int]) -> str:
    return ", ".join(map(str, sorted(set(ciks))))


def _form_type(stated: str | None, header: Header, reading: Reading) -> str:
    """The form type of the XML, or else of the header."""
    form_type = stated or header.form_type
    if form_type not in OWNERSHIP_FORMS and header.form_type in OWNERSHIP_FORMS:
        reading.issue("is not a form type; the header's was taken", stated, "form_type")
        return header.form_type
    if form_type not in OWNERSHIP_FORMS:
        raise NotAnOwnershipFiling(
            f"form type {form_type[:40]}" if form_type else "neither the XML nor a header says which form type it is"
        )
    if header.form_type and header.form_type != form_type:
        reading.issue(f"the header's form type is {header.form_type[:40]}", stated, "form_type")
    return form_type


def _owners(elements: list[_Element], reading: Reading) -> list[ReportingOwner]:
    owners = []
    for number, values in _numbered("reporting_owners", elements, OWNER, reading):
        owners.append(ReportingOwner(owner_number=number, **values))
    return owners


def _signatures(elements: list[_Element], reading: Reading) -> list[Signature]:
    signatures = []
    for number, values in _numbered("signatures", elements, SIGNATURE, reading):
        signatures.append(Signature(signature_number=number, **values))
    return signatures


def _numbered(
    table: str, elements: list[_Element], shape: Shape, reading: Reading
) -> Iterator[tuple[int, dict[str, Any]]]:
    if len(elements) > MOST_ROWS:
        raise NotAnOwnershipFiling(f"more than {MOST_ROWS:,} {table}")
    for number, element in enumerate(elements, start=1):
        reading.at(table, number)
        yield number, columns(element, shape, reading)


def _footnotes(sections: list[_Element], reading: Reading) -> list[Footnote]:
    """The footnotes by their ids; of two with the same id the first is kept, the other's text is in the issue."""
    reading.at("footnotes")
    by_id: dict[str, Footnote] = {}
    for section in sections:
        if section is not sections[0]:
            reading.issue("a second footnotes; the notes of both were read", None)
        reading.stray(section.text, section)
        for note in children(section):
            tail = note.tail
            if tail is not None:
                reading.stray(tail, section)
            if note.tag != "footnote":
                reading.unknown(note)
                continue
            name = id_of(note, reading)
            text = fold(flatten(note) if len(note) else note.text or "")
            if name in by_id:
                reading.issue(f"a second footnote {name[:40]}; the first was kept", text, "footnote_text")
                continue
            if not name:
                reading.issue("a footnote without an id", text, "footnote_id")
            by_id[name] = Footnote(footnote_id=name, footnote_text=text)
    if len(by_id) > MOST_ROWS:
        raise NotAnOwnershipFiling(f"more than {MOST_ROWS:,} footnotes")
    for name in sorted(reading.footnotes_named - by_id.keys()):
        reading.issue("a footnote is named that the filing does not have", name, "footnote_id")
    return list(by_id.values())
