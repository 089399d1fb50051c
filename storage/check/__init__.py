"""Checking a lake: verification of files and rows, and repair of what was found."""
