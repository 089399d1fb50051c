"""The SEC's eight tables: views, export of a quarter, comparison with a data set."""
