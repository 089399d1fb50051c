"""Which Prefect API records a run: the one that is configured, or that of a `form4 serve` that runs."""

import os
import secrets
import tomllib
from http.client import HTTPConnection, HTTPException
from pathlib import Path
from urllib.parse import urlsplit

import requests

from .closed_app import PROOF, proof
from .state_folder import Announced, StateFolder

ANSWER_SECONDS = 5.0
"""A server that takes longer to say that it is there is of no use."""


def configured_api() -> str | None:
    """The address of the API that the user has configured: by a variable, or in a profile of Prefect's."""
    return os.environ.get("PREFECT_API_URL") or _profile().get("PREFECT_API_URL")


def answers_at_all(api_url: str) -> str | None:
    """None if something answers at a configured address, else why not."""
    try:
        requests.get(f"{api_url.rstrip('/')}/health", timeout=ANSWER_SECONDS)
    except requests.RequestException as failed:
        return type(failed).__name__
    return None


def running_serve(folder: StateFolder) -> Announced | None:
    """The `form4 serve` of this user that runs; None where none does, or it does not answer."""
    server = folder.announced()
    return server if server and answers(server) else None


def answers(server: Announced) -> bool:
    """Whether a server is there that knows the secret, which is not sent: another program may have its port now."""
    nonce = secrets.token_hex(16)
    place = urlsplit(server.address)
    connection = HTTPConnection(place.hostname or "", place.port, timeout=ANSWER_SECONDS)
    try:
        connection.request("GET", f"{PROOF}?nonce={nonce}")
        shown = connection.getresponse().read(1000).decode("latin-1")
    except (OSError, HTTPException):
        return False
    finally:
        connection.close()
    return secrets.compare_digest(shown.encode(), proof(server.secret, server.address, nonce).encode())


def _profile() -> dict[str, str]:
    """The settings of the profile that Prefect would take."""
    try:
        home = Path(os.environ.get("PREFECT_HOME") or "~/.prefect").expanduser()
        document = tomllib.loads((home / "profiles.toml").read_text(encoding="utf-8"))
        name = os.environ.get("PREFECT_PROFILE") or document["active"]
        return {str(key): str(value) for key, value in document["profiles"][name].items()}
    except (OSError, RuntimeError, ValueError, KeyError, TypeError, AttributeError):
        return {}
