"""Every Form 3, 4 and 5 on EDGAR, exact, in a lake of Parquet that DuckDB queries.

Ask a lake that `form4 nightly` or `form4 backfill` has filled:

    import form4lake

    with form4lake.open_lake("lake") as lake:
        bought = lake.insider_buys(ticker="AAPL", since="2024-01-01").pl()
        total = lake.sql("SELECT sum(value) FROM insider_buys WHERE ticker = $t", {"t": "AAPL"}).fetchall()
        filing = lake.filing("0001127602-24-024579")

Each view is a method of the lake; `help(form4lake.Lake)` lists them, and docs/python.md shows pandas, polars and ibis.

Read a submission as EDGAR has it, without a lake:

    filing = form4lake.parse_submission(raw)
    filing.issuer_name, [each.owner_name for each in filing.reporting_owners]

`parse_submission` returns a `Filing` with its rows, or raises `NotAnOwnershipFiling`. What can go wrong with a lake is
a `LakeError`. These names are public: they change with a deprecation only. Each is imported when it is first used.
"""

import lazy_loader

_public, __dir__, __all__ = lazy_loader.attach_stub(__name__, __file__)
__all__ += ["__version__"]


def __getattr__(name: str) -> object:
    if name == "__version__":
        from importlib.metadata import version

        return version(__name__)
    return _public(name)
