"""Reading a lake: DuckDB, the views, and questions about what the lake holds."""
