"""JSON objects that carry a checksum of themselves, so that a changed one is known."""

from __future__ import annotations

import json
from hashlib import sha256
from typing import Any

_KEY = "sha256"
"""The key of the checksum of all other keys; files of older programs have none."""


def sealed(content: dict[str, Any]) -> dict[str, Any]:
    """The object with its checksum."""
    return content | {_KEY: _checksum(content)}


def unsealed(content: dict[str, Any]) -> dict[str, Any] | None:
    """The object without its checksum; None if it is not what was sealed."""
    rest = {key: value for key, value in content.items() if key != _KEY}
    return rest if content.get(_KEY) in (None, _checksum(rest)) else None


def _checksum(content: dict[str, Any]) -> str:
    return sha256(json.dumps(content, sort_keys=True).encode()).hexdigest()
