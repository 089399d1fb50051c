"""Storage: records become Parquet, commits, snapshots and DuckDB views; it knows neither EDGAR nor Prefect.

Its names are listed in `__init__.pyi`; each is imported when it is first asked for, so that `form4 sql` opens without
Arrow and all that only writing and checking need.
"""

import lazy_loader

__getattr__, __dir__, __all__ = lazy_loader.attach_stub(__name__, __file__)
