"""The SEC's quarterly data sets of insider transactions: eight TSVs in a zip."""
