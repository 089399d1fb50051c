"""Every Form 3, 4 and 5 on EDGAR, exact, in a lake of Parquet that DuckDB queries."""
