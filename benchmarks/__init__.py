"""Benchmarks: `make bench-parse`, `make bench-lake`."""
