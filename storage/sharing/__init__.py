"""What a lake gives to others without a copy of a row: Delta logs for other engines, releases, clones."""
