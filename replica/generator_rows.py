"""The rows of a synthetic filing: transactions and holdings of both tables, with their footnotes."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import date, timedelta
from decimal import Decimal
from random import Random

from ..tables import DerivativeHolding, DerivativeTransaction, Footnote, NonDerivativeHolding, NonDerivativeTransaction
from . import phrases

_TableOne = NonDerivativeTransaction | NonDerivativeHolding
_TableTwo = DerivativeTransaction | DerivativeHolding
_Row = _TableOne | _TableTwo


@dataclass
class Rows:
    """The rows of one filing in the making.

    `price` is about what a share costs, in US dollars; `traded` the date of the first transaction and `filed` the
    latest date of any; `form` is 3, 4 or 5.
    """

    rng: Random
    form: str
    version: str
    price: float
    traded: date
    filed: date
    table_one: list[_TableOne] = field(default_factory=list)
    table_two: list[_TableTwo] = field(default_factory=list)
    footnotes: list[Footnote] = field(default_factory=list)

    def __post_init__(self) -> None:
        self._title = self.rng.choice(phrases.SHARES) if self.rng.random() < 0.2 else "Common Stock"
        self._owned = Decimal(self.rng.randint(0, 400_000))

    def fill(self) -> None:
        """Add what a filing of this form usually holds, then number the rows."""
        if self.form == "3":
            self._add_holdings(self.rng.choice((1, 1, 1, 2, 2, 3, 5, 8)), self.rng.choice((0, 0, 1, 1, 2, 4)))
        else:
            scenarios = {
                self._sales: 24,
                self._purchases: 11,
                self._vesting: 17,
                self._award: 15,
                self._exercise: 12,
                self._gift: 4,
                self._conversion: 3,
                self._option_grant: 9,
                self._other: 4,
                self._lots: 1,
            }
            self.rng.choices(list(scenarios), list(scenarios.values()))[0]()
            if self.rng.random() < 0.25:
                self._add_holdings(self.rng.randint(1, 4), self.rng.choice((0, 0, 0, 1)))
        self.number()

    def add_holdings_only(self) -> None:
        """Add holdings and no transaction, then number the rows."""
        self._add_holdings(self.rng.randint(1, 3), self.rng.randint(0, 2))
        self.number()

    def number(self) -> None:
        """Give each table's rows their positions; now and then holdings stand among the transactions."""
        for table in (self.table_one, self.table_two):
            if self.rng.random() < 0.2:
                self.rng.shuffle(table)
            for position, row in enumerate(table, 1):
                row.row_number = position

    def _sales(self) -> None:
        for _ in range(self.rng.choice((1, 1, 1, 2, 3, 5))):
            self._trade("S", "D", self._shares(100, 40_000), self._price())

    def _purchases(self) -> None:
        for _ in range(self.rng.choice((1, 1, 1, 2, 3))):
            spent = min(2e7, self.rng.lognormvariate(11.3, 1.7))
            self._trade("P", "A", Decimal(max(1, int(spent / self.price))), self._price())

    def _lots(self) -> None:
        code, acquired = self.rng.choice((("S", "D"), ("P", "A")))
        for _ in range(30):
            self._trade(code, acquired, self._shares(1, 900), self._price())

    def _award(self) -> None:
        self._trade("A", "A", self._shares(100, 60_000), Decimal(0))

    def _gift(self) -> None:
        self._trade("G", "D", self._shares(10, 9_000), Decimal(0))
        if self.rng.random() < 0.4:
            self._trade("G", "A", self._shares(10, 9_000), Decimal(0))

    def _other(self) -> None:
        code, acquired = self.rng.choice(phrases.OTHER_CODES)
        self._trade(code, acquired, self._shares(1, 90_000), self._price())

    def _vesting(self) -> None:
        vested = self._shares(50, 25_000)
        self._trade("M", "A", vested, Decimal(0))
        self._trade("F", "D", (vested * 3 / 10).quantize(Decimal(1)) + 1, self._price())
        self._derive("Restricted Stock Units", "M", "D", vested)

    def _exercise(self) -> None:
        shares = self._shares(100, 50_000)
        strike = self._price(0.4)
        code = self.rng.choice(("M", "M", "M", "M", "X"))
        self._trade(code, "A", shares, strike)
        if self.rng.random() < 0.8:
            self._trade("S", "D", shares, self._price())
        self._derive("Stock Option (Right to Buy)", code, "D", shares, strike)

    def _conversion(self) -> None:
        for title in self.rng.sample(phrases.CONVERTIBLES, self.rng.randint(1, 3)):
            shares = self._shares(1_000, 900_000)
            self._trade("C", "A", shares, self.rng.choice((None, Decimal(0))))
            self._derive(title, "C", "D", shares)

    def _option_grant(self) -> None:
        self._derive("Stock Option (Right to Buy)", "A", "A", self._shares(500, 200_000), self._price())
        if self.rng.random() < 0.3:
            self._derive("Restricted Stock Units", "A", "A", self._shares(100, 60_000))
        if self.rng.random() < 0.1:
            code, acquired = self.rng.choice(phrases.OTHER_DERIVATIVE_CODES)
            self._derive("Call Option (Obligation to Sell)", code, acquired, self._shares(1, 500), self._price())

    def _trade(self, code: str, acquired: str, shares: Decimal, price: Decimal | None) -> None:
        self._owned = self._owned + shares if acquired == "A" else max(Decimal(0), self._owned - shares)
        row = NonDerivativeTransaction(
            row_number=0,
            security_title=self._title,
            transaction_date=self._next_date(),
            transaction_shares=shares,
            transaction_price_per_share=price,
            transaction_acquired_disposed_code=acquired,
            shares_owned_following_transaction=self._owned,
        )
        self._code(row, code)
        self._own(row)
        if price is None or (code in "SP" and self.rng.random() < 0.03):
            self._footnote_only(row, "transaction_price_per_share", phrases.PRICES)
        elif code in "SP" and self.rng.random() < 0.3:
            self._note(row, "transaction_price_per_share", phrases.PRICES)
        self._oddities(row)
        self.table_one.append(row)

    def _derive(self, title: str, code: str, acquired: str, shares: Decimal, strike: Decimal | None = None) -> None:
        row = DerivativeTransaction(
            row_number=0,
            security_title=title,
            conversion_or_exercise_price=strike,
            transaction_date=self._next_date(),
            transaction_shares=shares,
            transaction_price_per_share=Decimal(0),
            transaction_acquired_disposed_code=acquired,
            underlying_security_title=self._title,
            underlying_security_shares=shares,
            shares_owned_following_transaction=Decimal(self.rng.randint(0, 300_000)),
        )
        self._code(row, code)
        self._own(row)
        self._term(row)
        if self.version != "X0101" and self.rng.random() < 0.03:
            row.transaction_shares, row.transaction_total_value = None, self._money(1_000, 5_000_000)
        self._oddities(row)
        self.table_two.append(row)

    def _add_holdings(self, shares: int, derivatives: int) -> None:
        for _ in range(shares):
            held = NonDerivativeHolding(row_number=0, security_title=self._title)
            held.shares_owned_following_transaction = self._shares(1, 900_000)
            self._own(held, indirect=0.5)
            self._oddities(held)
            self._held_since_form_3(held)
            self.table_one.append(held)
        for _ in range(derivatives):
            option = self.rng.random() < 0.6
            title = "Employee Stock Option (Right to Buy)" if option else self.rng.choice(phrases.CONVERTIBLES)
            derivative = DerivativeHolding(
                row_number=0,
                security_title=title,
                conversion_or_exercise_price=self._price(0.6) if option else None,
                underlying_security_title=self._title,
                underlying_security_shares=self._shares(10, 400_000),
            )
            if self.form != "3" or self.rng.random() < 0.2:
                derivative.shares_owned_following_transaction = derivative.underlying_security_shares
            self._own(derivative)
            self._term(derivative)
            self._oddities(derivative)
            self._held_since_form_3(derivative)
            self.table_two.append(derivative)

    def _code(self, row: NonDerivativeTransaction | DerivativeTransaction, code: str) -> None:
        row.transaction_form_type = self.form
        if self.rng.random() < (0.3 if self.form == "5" else 0.01):
            row.transaction_form_type = "4" if self.form == "5" else "5"
            row.transaction_timeliness = "L" if self.form == "5" else "E"
        elif self.rng.random() < 0.02:
            row.transaction_timeliness = "L"
        row.transaction_code = code
        row.equity_swap_involved = self.rng.random() < 0.005
        if code == "J" or row.equity_swap_involved:
            self._note(row, "transaction_coding", phrases.CODINGS)
        if self.rng.random() < 0.015:
            row.deemed_execution_date = row.transaction_date

    def _own(self, row: _Row, indirect: float = 0.2) -> None:
        row.direct_or_indirect_ownership = "D"
        if self.rng.random() < indirect:
            row.direct_or_indirect_ownership = "I"
            row.nature_of_ownership = self.rng.choice(phrases.NATURES)
            if "ootnote" in row.nature_of_ownership:
                self._note(row, "nature_of_ownership", phrases.NATURE_NOTES)

    def _term(self, row: DerivativeTransaction | DerivativeHolding) -> None:
        if row.conversion_or_exercise_price is None:
            self._note(row, "conversion_or_exercise_price", phrases.CONVERSIONS)
            self._note(row, "exercise_date", phrases.VESTING)
            if self.rng.random() < 0.9:
                self._note(row, "expiration_date", phrases.VESTING)
            return
        row.expiration_date = self.traded + timedelta(days=self.rng.randint(300, 3650))
        row.exercise_date = self.traded - timedelta(days=self.rng.randint(0, 900))
        if self.rng.random() < 0.6:
            self._footnote_only(row, "exercise_date", phrases.VESTING)
        if self.rng.random() < 0.02:
            row.underlying_security_shares, row.underlying_security_value = None, self._money(1_000, 9_000_000)

    def _oddities(self, row: _Row) -> None:
        chance = self.rng.random()
        if chance < 0.06:
            self._note(row, "security_title", phrases.NOTES)
        elif chance < 0.12:
            self._note(row, "shares_owned_following_transaction", phrases.NOTES)
        elif chance < 0.15 and row.direct_or_indirect_ownership is not None:
            self._note(row, "direct_or_indirect_ownership", phrases.NATURE_NOTES)
        elif chance < 0.17 and row.shares_owned_following_transaction is not None:
            row.shares_owned_following_transaction = row.shares_owned_following_transaction_fn = None
            row.value_owned_following_transaction = self._money(1_000, 4_000_000)
        elif chance < 0.18:
            row.direct_or_indirect_ownership = row.direct_or_indirect_ownership_fn = None
            row.nature_of_ownership = row.nature_of_ownership_fn = None
        elif chance < 0.19:
            row.shares_owned_following_transaction = row.shares_owned_following_transaction_fn = None
        elif (
            chance < 0.195
            and self.version != "X0101"
            and isinstance(row, NonDerivativeTransaction | DerivativeTransaction)
        ):
            row.transaction_form_type = row.transaction_code = row.transaction_coding_fn = None
            row.equity_swap_involved = None
        elif chance < 0.24 and getattr(row, "transaction_shares", None) is not None:
            self._note(row, "transaction_shares", phrases.NOTES)

    def _held_since_form_3(self, row: NonDerivativeHolding | DerivativeHolding) -> None:
        if self.form == "5" and self.version != "X0101" and self.rng.random() < 0.4:
            row.transaction_form_type = "3"

    def _note(self, row: _Row, column: str, texts: tuple[str, ...]) -> None:
        how_many = self.rng.choices((1, 2, 3), (85, 11, 4))[0]
        chosen = self.rng.sample(texts, min(how_many, len(texts)))
        setattr(row, f"{column}_fn", ",".join(self._footnote_id(text) for text in chosen))

    def _footnote_only(self, row: _Row, column: str, texts: tuple[str, ...]) -> None:
        setattr(row, column, None)
        self._note(row, column, texts)

    def _footnote_id(self, text: str) -> str:
        text = text.format(low=f"{self.price * 0.98:.2f}", high=f"{self.price * 1.01:.3f}", year=self.traded.year)
        for note in self.footnotes:
            if note.footnote_text == text:
                return note.footnote_id
        self.footnotes.append(Footnote(footnote_id=f"F{len(self.footnotes) + 1}", footnote_text=text))
        return self.footnotes[-1].footnote_id

    def _next_date(self) -> date:
        return min(self.filed, self.traded + timedelta(days=self.rng.choices((0, 1, 2), (90, 7, 3))[0]))

    def _shares(self, low: int, high: int) -> Decimal:
        shares = self.rng.randint(low, high)
        if self.rng.random() < 0.5 and shares > 1_000:
            shares -= shares % 100
        if self.rng.random() < 0.06:
            return Decimal(f"{shares}.{self.rng.randint(1, 9999):04}")
        return Decimal(shares)

    def _price(self, of_market: float = 1.0) -> Decimal:
        places = self.rng.choices((0, 1, 2, 3, 4), (6, 4, 46, 10, 34))[0]
        return Decimal(f"{max(0.01, self.price * of_market * self.rng.uniform(0.97, 1.03)):.{places}f}")

    def _money(self, low: int, high: int) -> Decimal:
        return Decimal(f"{self.rng.uniform(low, high):.2f}")
