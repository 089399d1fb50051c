"""The eight members of a data set: which of their columns fills which column of the lake, and how it is typed.

Source: FORM_345_metadata.json and the TSVs of the real 2024q3 set. Where the two, or the readme, spell a column in two
ways, both are known: the misspelt EXCERCISE_DATE stands in DERIV_TRANS only, EQUITY_SWAP_TRANS_CD_FN is called
EQUITY_SWAP_INVOLVED_FN in the metadata, FORM3_HOLDINGS_REPORTED lacks an S in the readme.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any

from ...tables import (
    DerivativeHolding,
    DerivativeTransaction,
    Footnote,
    NonDerivativeHolding,
    NonDerivativeTransaction,
    ReportingOwner,
    Signature,
)
from ..issues import Span
from ..values import amount, cik, flag
from .values import day, footnote_ids, text

ACCESSION = "ACCESSION_NUMBER"
FILING_DATE = "FILING_DATE"
DOCUMENT_TYPE = "DOCUMENT_TYPE"
RELATIONSHIP = "RPTOWNER_RELATIONSHIP"

Convert = Callable[[str], tuple[Any, str | None]]


@dataclass(frozen=True, slots=True)
class Target:
    """The column of the lake that a column fills."""

    column: str
    convert: Convert = text
    span: Span = ""


@dataclass(frozen=True, slots=True)
class Member:
    """One TSV: its name without `.tsv`, the lake's table, its columns, and the ones that sets may lack."""

    name: str
    table: str
    record: type | None
    targets: dict[str, Target]
    key: str | None = None
    """The surrogate key, where rows have one."""
    others: frozenset[str] = frozenset()
    """Columns that are known and fill none of the lake's."""
    optional: frozenset[str] = frozenset()
    aliases: dict[str, str] = field(default_factory=dict)
    """Other spellings of columns."""


def _noted(name: str, column: str, convert: Convert = text, span: Span = "", note: str = "") -> dict[str, Target]:
    return {name: Target(column, convert, span), f"{name}_FN": Target(note or f"{column}_fn", footnote_ids)}


_TITLE = _noted("SECURITY_TITLE", "security_title")
_PRICE = _noted("CONV_EXERCISE_PRICE", "conversion_or_exercise_price", amount)
_DEAL = {
    **_noted("TRANS_DATE", "transaction_date", day, "event"),
    **_noted("DEEMED_EXECUTION_DATE", "deemed_execution_date", day, "event"),
    "TRANS_FORM_TYPE": Target("transaction_form_type"),
    "TRANS_CODE": Target("transaction_code"),
    "EQUITY_SWAP_INVOLVED": Target("equity_swap_involved", flag),
    "EQUITY_SWAP_TRANS_CD_FN": Target("transaction_coding_fn", footnote_ids),
    **_noted("TRANS_TIMELINESS", "transaction_timeliness"),
    **_noted("TRANS_SHARES", "transaction_shares", amount),
    **_noted("TRANS_PRICEPERSHARE", "transaction_price_per_share", amount),
    **_noted("TRANS_ACQUIRED_DISP_CD", "transaction_acquired_disposed_code"),
}
_HELD = _noted("TRANS_FORM_TYPE", "transaction_form_type", note="transaction_coding_fn")
_UNDERLYING = {
    **_noted("EXPIRATION_DATE", "expiration_date", day, "term"),
    **_noted("UNDLYNG_SEC_TITLE", "underlying_security_title"),
    **_noted("UNDLYNG_SEC_SHARES", "underlying_security_shares", amount),
    **_noted("UNDLYNG_SEC_VALUE", "underlying_security_value", amount),
}
_OWNED = {
    **_noted("SHRS_OWND_FOLWNG_TRANS", "shares_owned_following_transaction", amount),
    **_noted("VALU_OWND_FOLWNG_TRANS", "value_owned_following_transaction", amount),
    **_noted("DIRECT_INDIRECT_OWNERSHIP", "direct_or_indirect_ownership"),
    **_noted("NATURE_OF_OWNERSHIP", "nature_of_ownership"),
}
_SWAP = {"EQUITY_SWAP_INVOLVED_FN": "EQUITY_SWAP_TRANS_CD_FN"}

SUBMISSION = Member(
    "SUBMISSION",
    "filings",
    None,
    {
        "PERIOD_OF_REPORT": Target("period_of_report", day, "event"),
        "DATE_OF_ORIG_SUB": Target("date_of_original_submission", day, "event"),
        "NO_SECURITIES_OWNED": Target("no_securities_owned", flag),
        "NOT_SUBJECT_SEC16": Target("not_subject_to_section16", flag),
        "FORM3_HOLDINGS_REPORTED": Target("form3_holdings_reported", flag),
        "FORM4_TRANS_REPORTED": Target("form4_transactions_reported", flag),
        "AFF10B5ONE": Target("aff10b5_one", flag),
        "ISSUERCIK": Target("issuer_cik", cik),
        "ISSUERNAME": Target("issuer_name"),
        "ISSUERTRADINGSYMBOL": Target("issuer_trading_symbol"),
        "REMARKS": Target("remarks"),
    },
    others=frozenset(
        {
            FILING_DATE,
            DOCUMENT_TYPE,
            "CONTACT_NAME",
            "CONTACT_PHONE_NUMBER",
            "CONTACT_EMAIL_ADDRESS",
            "NOTIFICATION_EMAIL_ADDRESS",
        }
    ),
    optional=frozenset({"AFF10B5ONE"}),  # since 2023, and not in the real 2024q3
    aliases={"FORM3_HOLDING_REPORTED": "FORM3_HOLDINGS_REPORTED"},
)
OWNERS = Member(
    "REPORTINGOWNER",
    "reporting_owners",
    ReportingOwner,
    {
        "RPTOWNERCIK": Target("owner_cik", cik),
        "RPTOWNERNAME": Target("owner_name"),
        "RPTOWNER_TITLE": Target("officer_title"),
        "RPTOWNER_TXT": Target("other_text"),
        "RPTOWNER_STREET1": Target("street1"),
        "RPTOWNER_STREET2": Target("street2"),
        "RPTOWNER_CITY": Target("city"),
        "RPTOWNER_STATE": Target("state"),
        "RPTOWNER_ZIPCODE": Target("zip_code"),
        "RPTOWNER_STATE_DESC": Target("state_description"),
    },
    others=frozenset({RELATIONSHIP, "FILE_NUMBER"}),
)
FOOTNOTES = Member(
    "FOOTNOTES",
    "footnotes",
    Footnote,
    {"FOOTNOTE_ID": Target("footnote_id"), "FOOTNOTE_TXT": Target("footnote_text")},
)
SIGNATURES = Member(
    "OWNER_SIGNATURE",
    "signatures",
    Signature,
    {"OWNERSIGNATURENAME": Target("signature_name"), "OWNERSIGNATUREDATE": Target("signature_date", day, "event")},
)
_TRADES = Member(
    "NONDERIV_TRANS",
    "non_derivative_transactions",
    NonDerivativeTransaction,
    {**_TITLE, **_DEAL, **_OWNED},
    key="NONDERIV_TRANS_SK",
    aliases=_SWAP,
)
_HOLDINGS = Member(
    "NONDERIV_HOLDING",
    "non_derivative_holdings",
    NonDerivativeHolding,
    {**_TITLE, **_HELD, **_OWNED},
    key="NONDERIV_HOLDING_SK",
)
_DERIVATIVE_TRADES = Member(
    "DERIV_TRANS",
    "derivative_transactions",
    DerivativeTransaction,
    {
        **_TITLE,
        **_PRICE,
        **_DEAL,
        **_noted("TRANS_TOTAL_VALUE", "transaction_total_value", amount),
        **_noted("EXCERCISE_DATE", "exercise_date", day, "term"),
        **_UNDERLYING,
        **_OWNED,
    },
    key="DERIV_TRANS_SK",
    aliases={**_SWAP, "EXERCISE_DATE": "EXCERCISE_DATE", "EXERCISE_DATE_FN": "EXCERCISE_DATE_FN"},
)
_DERIVATIVE_HOLDINGS = Member(
    "DERIV_HOLDING",
    "derivative_holdings",
    DerivativeHolding,
    {
        **_TITLE,
        **_PRICE,
        **_HELD,
        **_noted("EXERCISE_DATE", "exercise_date", day, "term"),
        **_UNDERLYING,
        **_OWNED,
    },
    key="DERIV_HOLDING_SK",
    aliases={"EXCERCISE_DATE": "EXERCISE_DATE", "EXCERCISE_DATE_FN": "EXERCISE_DATE_FN"},
)

SECTIONS = ((_TRADES, _HOLDINGS), (_DERIVATIVE_TRADES, _DERIVATIVE_HOLDINGS))
"""The members of Table I and of Table II, in the order in which their rows are numbered."""

MEMBERS = {
    each.name: each
    for each in (SUBMISSION, OWNERS, *SECTIONS[0], *SECTIONS[1], FOOTNOTES, SIGNATURES)
}  # fmt: skip


@dataclass(frozen=True, slots=True)
class Columns:
    """The columns of a member as one set has them: the names of its header, other spellings put right."""

    names: tuple[str, ...]

    def place(self, name: str) -> int | None:
        """Where a column stands; None if it is absent."""
        return self.names.index(name) if name in self.names else None


def columns_of(member: Member, header: list[str]) -> tuple[Columns, list[str]]:
    """The columns that a header names, and what is the matter with it, in words."""
    names: list[str] = []
    problems = []
    for given in header:
        name = given.strip().strip("\ufeff").upper()
        if name not in member.targets:
            name = member.aliases.get(name, name)
        if name in names:
            problems.append(f"has the column {given[:80]!r} twice; the first was read")
            name = ""
        elif name not in (ACCESSION, member.key) and name not in member.targets and name not in member.others:
            problems.append(f"has a column {given[:80]!r} that is not known here and was not kept")
        names.append(name)
    needed = {ACCESSION, member.key, *member.targets} - {None} - member.optional
    if member is SUBMISSION:
        needed |= {FILING_DATE, DOCUMENT_TYPE}
    elif member is OWNERS:
        needed |= {RELATIONSHIP}
    problems += [f"lacks the column {name}" for name in sorted(map(str, needed)) if name not in names]
    return Columns(tuple(names)), problems
