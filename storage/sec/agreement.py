"""What a comparison of our filings with a data set of the SEC's found, in numbers."""

from dataclasses import dataclass, field


@dataclass(frozen=True, slots=True)
class ColumnAgreement:
    """How the cells of one column agree, over all pairs of rows."""

    table: str
    column: str
    same: int
    explained: int
    """Different by a rule of the SEC's."""
    different: int


@dataclass
class DatasetAgreement:
    """What a comparison found."""

    both: int = 0
    """Filings that the data set and the lake, exact, both have."""
    columns: list[ColumnAgreement] = field(default_factory=list)
    rules: dict[str, int] = field(default_factory=dict)
    """How many cells, and filings, each rule of the SEC's explains."""
    unpaired: dict[tuple[str, str], int] = field(default_factory=dict)
    """Rows without a partner: by table, and 'only here' or 'only there'."""
    filings: dict[tuple[str, str | None], int] = field(default_factory=dict)
    """Filings of one side: by 'only here' or 'only there' and the reason, None for no reason."""
    absent_members: list[str] = field(default_factory=list)
    absent_columns: list[str] = field(default_factory=list)
    unknown_columns: list[str] = field(default_factory=list)
    bad_rows: dict[str, int] = field(default_factory=dict)
    """Lines of a member whose number of cells is not that of its heading, or that lack the accession number."""

    @property
    def differences(self) -> int:
        """How many cells, rows and filings differ without a reason."""
        cells = sum(each.different for each in self.columns)
        filings = sum(count for (_, reason), count in self.filings.items() if reason is None)
        return cells + sum(self.unpaired.values()) + filings
