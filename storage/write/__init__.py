"""Writing a lake: ingest, commit, compaction, and which filing an amendment amends."""
