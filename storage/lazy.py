"""Modules that are imported when they are used: a question to the lake needs no Arrow, whose import takes longest."""

from __future__ import annotations

from importlib import import_module
from typing import Any


class _Lazy:
    def __init__(self, name: str) -> None:
        self._name = name

    def __getattr__(self, attribute: str) -> Any:
        return getattr(import_module(self._name), attribute)


def lazy(name: str) -> Any:
    """A stand-in for a module, which is imported with the first of its attributes that is asked for."""
    return _Lazy(name)
