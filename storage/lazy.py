"""Modules that are imported when they are used: a question to the lake needs no Arrow, whose import takes longest."""

from __future__ import annotations

from functools import cached_property
from importlib import import_module
from types import ModuleType
from typing import Any


class _Lazy:
    def __init__(self, name: str) -> None:
        self._name = name

    @cached_property
    def _module(self) -> ModuleType:
        return import_module(self._name)

    def __getattr__(self, attribute: str) -> Any:
        return getattr(self._module, attribute)


def lazy(name: str) -> Any:
    """A stand-in for a module, which is imported with the first of its attributes that is asked for."""
    return _Lazy(name)
