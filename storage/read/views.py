"""The views that the program declares: their queries, from `.sql` files, and what they and their columns mean."""

from __future__ import annotations

import json
import re
import zlib
from dataclasses import dataclass
from functools import cache
from importlib import resources

from ...sec_tables import SEC_TABLES
from ...tables import TABLES, DayCoverage, Table, columns_of
from ..versions.snapshot import quoted, select_nothing
from .as_of import LATER_FILINGS, PUBLIC, as_of
from .sec_views import sec_query, tsv_query

Meanings = dict[str, dict[str, str]]
"""What columns mean: view, column, meaning."""
MEANINGS = ("sql", "views", "columns.json")
FILES = "lake_files"
"""The schema of the views that name the files, below the tables that people read."""

ORDER = (
    "text_key",
    "security_class",
    "plan_says",
    "plan_reading",
    "transaction_codes",
    "business_days",
    "withdrawn_filings",
    "unmatched",
    "current_filings",
    "all_trades",
    "trade_plans",
    "trades",
    "insider_buys",
    "insider_sells",
    "cluster_buys",
    "plan_trades",
    "late_filings",
    "latest_holdings",
    "issuer_history",
    "owner_history",
    "classified_trades",
    "routine_trades",
    "opportunistic_trades",
    "net_purchases",
    "holding_changes",
    "balance_breaks",
    "coverage",
    "first_seen",
)
"""The views of `storage/read/sql/views`, each after those it reads."""

ROW_TABLES = tuple(name for name, table in TABLES.items() if table.gathered and name != "filings")
"""The tables of Table I and II. In FILES, `gathered_<table>` has rows with what they carry, whoever wrote their files,
and `whole_<table>` those of them that are public."""

HIDDEN = ("all_trades",)
"""Those of them that only other views read: they are in the schema FILES."""

_RECORDS: dict[str, type] = {"coverage": DayCoverage}
"""The views whose columns are declared by a record that Python code gets their rows as."""
_DOCUMENTED = re.compile(r"^-- (?:@(?P<column>\w+)|\((?P<parameter>\w+(?: := [^)]+)?)\)): (?P<meaning>.*)$")


@dataclass(frozen=True, slots=True)
class View:
    """One view as its file has it: what it answers, what its columns mean, its query.

    One with parameters is a table macro: `FROM cluster_buys(30, 3, 100000)`.
    """

    name: str
    doc: str
    columns: dict[str, str]
    """What columns mean that no table has, by name."""
    parameters: dict[str, str]
    """What the parameters of a macro mean, by name, in order; those with a default have it after `:=`."""
    query: str

    @property
    def is_scalar(self) -> bool:
        """Whether it is a macro that gives a value, no table."""
        return bool(self.parameters) and not self.query.startswith(("SELECT", "WITH"))

    @property
    def statements(self) -> str:
        """The SQL that makes it, with the comment on it; of a macro, the comment names parameters and columns too."""
        if not self.parameters:
            return (
                f"CREATE OR REPLACE VIEW {self.name} AS\n{self.query};\n"
                f"COMMENT ON VIEW {self.name} IS {quoted(self.doc)};\n"
            )
        meanings = "; ".join(f"{name}: {doc}" for name, doc in (self.parameters | self.columns).items())
        table = "" if self.is_scalar else " TABLE"
        return (
            f"CREATE OR REPLACE MACRO {self.name}({', '.join(self.parameters)}) AS{table}\n{self.query};\n"
            f"COMMENT ON MACRO{table} {self.name} IS {quoted(f'{self.doc} {meanings}')};\n"
        )


@cache
def declared_views() -> tuple[View, ...]:
    """The views over the tables, hidden ones too, in ORDER, from `.sql` files.

    A file has a comment, `-- @column: …`, `-- (parameter): …`, the query.
    """
    folder = resources.files(__package__).joinpath("sql", "views")
    return tuple(
        _read_view(f"{FILES}.{name}" if name in HIDDEN else name, folder.joinpath(f"{name}.sql").read_text("utf-8"))
        for name in ORDER
    )


@cache
def views() -> tuple[View, ...]:
    """Those of them that people read."""
    return tuple(each for each in declared_views() if not each.name.startswith(f"{FILES}."))


@cache
def sec_views() -> tuple[View, ...]:
    """The views of the schema `sec`, named with it: `sec.SUBMISSION`."""
    return tuple(
        View(f"sec.{each.name}", each.doc, {column.name: column.doc for column in each.columns}, {}, sec_query(each))
        for each in SEC_TABLES.values()
    )


@cache
def sec_tsv_views() -> tuple[View, ...]:
    """The views of the schema `sec_tsv`: as `sec`, with the types that DuckDB's `read_csv` gives the SEC's files."""
    return tuple(
        View(
            each.name.replace("sec.", "sec_tsv."),
            f"{each.doc} Dates are text, as in the SEC's files.",
            each.columns,
            {},
            tsv_query(SEC_TABLES[each.name.removeprefix("sec.")]),
        )
        for each in sec_views()
    )


def view(name: str) -> View:
    """One of the views, by name."""
    return next(each for each in (*views(), *sec_views(), *sec_tsv_views()) if each.name == name)


def declared_script(meanings: Meanings | None = None) -> str:
    """The SQL of all that is the same for every version of the lake, over the views of the schema FILES.

    `meanings` are those of the columns of views, else as `make docs` has written them down.
    """
    if meanings is None:
        return _declared_as_written_down()
    tables = [View(each.name, each.doc, _meanings(each), {}, _public(each)) for each in TABLES.values()]
    comments = {each.name: each.columns for each in (*tables, *sec_views(), *sec_tsv_views())} | meanings
    made = (
        f"{each.statements}{_comments(each, comments)}"
        for each in (*tables, *declared_views(), *sec_views(), *sec_tsv_views())
    )
    whole = (
        f"CREATE OR REPLACE VIEW {FILES}.whole_{name} AS SELECT * FROM {FILES}.gathered_{name} WHERE {PUBLIC};\n"
        for name in ROW_TABLES
    )
    return (
        f"CREATE SCHEMA IF NOT EXISTS sec;\nCREATE SCHEMA IF NOT EXISTS sec_tsv;\n{LATER_FILINGS}"
        f"{''.join(whole)}{''.join(made)}"
    )


def macros_script() -> str:
    """The SQL of the macros that give a value, which gathering calls."""
    return "".join(
        f"CREATE OR REPLACE MACRO {each.name}({', '.join(each.parameters)}) AS\n{each.query};\n"
        for each in views()
        if each.is_scalar
    )


@cache
def _declared_as_written_down() -> str:
    return declared_script(json.loads(resources.files(__package__).joinpath(*MEANINGS).read_text(encoding="utf-8")))


def template_script(meanings: Meanings | None = None) -> str:
    """The SQL of a catalog over no file: what a published one is made from."""
    files = [f"CREATE VIEW {FILES}.{name} AS {select_nothing(table)};\n" for name, table in TABLES.items()]
    files += (f"CREATE VIEW {FILES}.gathered_{name} AS {select_nothing(TABLES[name])};\n" for name in ROW_TABLES)
    return f"CREATE SCHEMA {FILES};\n{''.join(files)}{declared_script(meanings)}"


@cache
def definition() -> str:
    """A short id of the tables and views that this program declares."""
    return f"{zlib.crc32(template_script().encode()):08x}"


def _meanings(table: Table) -> dict[str, str]:
    return {each.name: each.doc for each in table.columns}


def _public(table: Table) -> str:
    """A SELECT of a table as people read it: without gathered and kept columns, and as of a moment where one is set."""
    return f"SELECT {', '.join(table.column_names())} FROM {as_of(table, f'{FILES}.{table.name}')}"


def _comments(view: View, meanings: Meanings) -> str:
    columns = meanings.get(view.name, {})
    return "".join(f"COMMENT ON COLUMN {view.name}.{name} IS {quoted(doc)};\n" for name, doc in columns.items())


def _read_view(name: str, text: str) -> View:
    doc: list[str] = []
    columns: dict[str, str] = {}
    parameters: dict[str, str] = {}
    lines = iter(text.splitlines())
    query: list[str] = []
    for line in lines:
        if documented := _DOCUMENTED.match(line):
            if documented["column"]:
                columns[documented["column"]] = documented["meaning"]
            else:
                parameters[documented["parameter"]] = documented["meaning"]
        elif line.startswith("--"):
            doc.append(line.removeprefix("--").strip())
        else:
            query = [line, *lines]
    if record := _RECORDS.get(name):
        columns = {each.name: each.doc for each in columns_of(record)}
    return View(name, " ".join(doc), columns, parameters, "\n".join(query).rstrip().rstrip(";"))
