"""The companies and insiders of a synthetic archive: made up here, none of them real."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, replace
from random import Random

from . import words

_INDUSTRIES = (
    ("PHARMACEUTICAL PREPARATIONS", 2834),
    ("SERVICES-PREPACKAGED SOFTWARE", 7372),
    ("STATE COMMERCIAL BANKS", 6022),
    ("SEMICONDUCTORS & RELATED DEVICES", 3674),
    ("REAL ESTATE INVESTMENT TRUSTS", 6798),
    ("CRUDE PETROLEUM & NATURAL GAS", 1311),
    ("SURGICAL & MEDICAL INSTRUMENTS & APPARATUS", 3841),
    ("ELECTRIC SERVICES", 4911),
    ("BLANK CHECKS", 6770),
    ("RETAIL-EATING PLACES", 5812),
)
_FUND_TAILS = (
    "LP",
    "L.P.",
    "GP, LLC",
    "Management, L.L.C.",
    "(Cayman) Ltd.",
    "II, L.P.",
    "III, L.P.",
    "Partners, LLC",
    "Holdings BV",
)
TITLES = (
    "Chief Executive Officer",
    "Chief Financial Officer",
    "President and CEO",
    "EVP & General Counsel",
    "SVP, Chief Accounting Officer",
    "Chief Medical Officer",
    "See Remarks",
    "VP, Corporate Controller",
    "Executive Chairman",
    "Chief Operating Officer",
)
_PLACES = (
    ("ASHBURN", "VA", "20147"),
    ("BOULDER", "CO", "80302"),
    ("CAMBRIDGE", "MA", "02142-1209"),
    ("DALLAS", "TX", "75201"),
    ("IRVINE", "CA", "92618"),
    ("MADISON", "WI", "53703"),
    ("NEW YORK", "NY", "10019"),
    ("TULSA", "OK", "74103"),
)
_FOREIGN_PLACES = (
    ("LONDON", "X0", "SW1Y 4LB", "UNITED KINGDOM", "GB", "Greater London"),
    ("TORONTO", "A6", "M5J 2J2", "ONTARIO, CANADA", "CA", "Ontario"),
    ("TEL AVIV", "L3", "6789125", "ISRAEL", "IL", None),
    ("MUNICH", "2M", "80331", "GERMANY", "DE", "Bavaria"),
)
_STREETS = ("MAIN STREET", "INNOVATION DRIVE", "PARK AVENUE", "WACKER DRIVE", "RIVER ROAD", "MARKET STREET, SUITE 400")
MESSY_SYMBOLS = (
    ("N/A", None),
    ("NONE", None),
    ("none", None),
    ("n/a", None),
    (None, None),
    ("({})", "{}"),
    ("[{}]", "{}"),
    ("NYSE: {}", "{}"),
    ("NASDAQ:{}", "{}"),
    ("{0}, {0}B", "{}"),
    ("{}.U", "{}.U"),
)
"""Symbols as filers spell them, with the ticker each of them means; `{}` is the company's own."""


_NO_TICKERS = frozenset({"AMEX", "ARCA", "TBD", "THE", "TSX", "TSXV"})
"""Exchanges and words that no issuer has for a ticker."""


@dataclass(frozen=True, slots=True)
class Address:
    """A postal address; the last three are None for one in the United States."""

    street: str
    city: str
    state: str
    zip_code: str
    description: str | None = None
    country: str | None = None
    territory: str | None = None


@dataclass(frozen=True, slots=True)
class Insider:
    """A person or fund that files; `title` is None unless an officer."""

    cik: int
    name: str
    address: Address
    director: bool
    title: str | None
    ten_percent: bool


@dataclass(frozen=True, slots=True)
class Company:
    """An issuer and its insiders; `price` is about what a share of it costs, in US dollars."""

    cik: int
    name: str
    symbol: str | None
    ticker: str | None
    industry: str
    sic: int
    address: Address
    phone: str
    price: float
    insiders: tuple[Insider, ...]
    funds: tuple[Insider, ...]


def companies(rng: Random, count: int) -> list[Company]:
    """Make `count` companies with their insiders; names, tickers and CIKs are used once."""
    names = rng.sample([f"{root} {tail}" for root in words.ROOTS for tail in words.TAILS], count)
    tickers = _tickers(rng, count)
    ciks = rng.sample(range(5_000_000, 6_000_000), count)
    owner_ciks = iter(rng.sample(range(6_000_000, 9_000_000), count * 20))
    known: list[Insider] = []
    made = []
    for name, ticker, cik in zip(names, tickers, ciks, strict=True):
        insiders = tuple(_insider(rng, owner_ciks, known) for _ in range(rng.randint(3, 9)))
        known = [*known[-200:], *insiders]
        made.append(_company(rng, (name, ticker, cik), insiders, _funds(rng, owner_ciks)))
    return made


def address(rng: Random, *, foreign: bool = False) -> Address:
    """An address in the United States or, `foreign`, in one of a few other countries."""
    street = f"{rng.randint(1, 9999)} {rng.choice(_STREETS)}"
    if not foreign:
        return Address(street, *rng.choice(_PLACES))
    return Address(street, *rng.choice(_FOREIGN_PLACES))


def _company(
    rng: Random, names: tuple[str, str, int], insiders: tuple[Insider, ...], funds: tuple[Insider, ...]
) -> Company:
    name, own_symbol, cik = names
    symbol: str | None = own_symbol if rng.random() < 0.95 else own_symbol.lower()
    ticker: str | None = own_symbol
    if rng.random() < 0.08:
        spelled, meant = rng.choice(MESSY_SYMBOLS)
        symbol = spelled and spelled.format(own_symbol)
        ticker = meant and meant.format(own_symbol)
    industry, sic = rng.choice(_INDUSTRIES)
    return Company(
        cik=cik,
        name=name if rng.random() < 0.7 else name.upper(),
        symbol=symbol,
        ticker=ticker,
        industry=industry,
        sic=sic,
        address=address(rng, foreign=rng.random() < 0.05),
        phone=f"{rng.randint(201, 989)}-555-{rng.randint(100, 9999):04}",
        price=round(min(900.0, max(0.4, rng.lognormvariate(3.2, 1.1))), 2),
        insiders=insiders,
        funds=funds,
    )


def _insider(rng: Random, ciks: Iterator[int], known: list[Insider]) -> Insider:
    if known and rng.random() < 0.08:
        return replace(rng.choice(known), director=True, title=None, ten_percent=False)
    kind = rng.random()
    return Insider(
        cik=next(ciks),
        name=_person(rng),
        address=address(rng, foreign=rng.random() < 0.06),
        director=kind < 0.55,
        title=rng.choice(TITLES) if kind > 0.5 else None,
        ten_percent=rng.random() < 0.04,
    )


def _person(rng: Random) -> str:
    surname = rng.choice(words.SURNAMES if rng.random() > 0.03 else words.FOREIGN_SURNAMES)
    initial = rng.choice("ABCDEFGHJKLMPRSTW")
    if rng.random() < 0.45:
        return f"{surname} {rng.choice(words.GIVEN)} {initial}".upper()
    return f"{surname} {rng.choice(words.GIVEN)}{rng.choice(('', f' {initial}.'))}"


def _funds(rng: Random, ciks: Iterator[int]) -> tuple[Insider, ...]:
    family = rng.choice(words.FUNDS)
    place = address(rng, foreign=rng.random() < 0.1)
    tails = rng.sample(_FUND_TAILS, rng.choice((2, 3, 6, 9)))
    return tuple(Insider(next(ciks), f"{family} {tail}", place, False, None, True) for tail in tails)


def _tickers(rng: Random, count: int) -> list[str]:
    """Symbols, each used once; without N and O none of them reads as NONE, NYSE or OTC."""
    made: dict[str, None] = {}
    while len(made) < count:
        symbol = "".join(rng.choices("ABCDEFGHIJKLMPQRSTUVWXYZ", k=rng.choice((3, 4, 4, 4))))
        if symbol not in _NO_TICKERS:
            made[symbol] = None
    return list(made)
