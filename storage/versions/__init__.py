"""Versions of a lake: the commit log and the snapshots that it describes."""
