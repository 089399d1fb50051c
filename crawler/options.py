"""What a client is told: who asks, where, how fast and how patiently; and what of that is refused."""

from __future__ import annotations

import math
import re
from dataclasses import dataclass
from ipaddress import ip_address
from urllib.parse import urlsplit
from urllib.request import getproxies

from ..edgar_options import EdgarOptions
from .errors import BadOptions, MissingIdentity

SEC_REQUESTS_PER_SECOND = 10.0
"""The most one user may ask, over all machines and processes (https://www.sec.gov/os/accessing-edgar-data)."""

EMAIL = re.compile(r"[^@\s<>(),;]+@[^@\s<>(),;]+\.[^@\s<>(),;.]{2,}")
"""The shape of an e-mail address."""


@dataclass(frozen=True, slots=True)
class ClientOptions(EdgarOptions):
    """The options of an `EdgarClient`."""

    throttles_before_giving_up: int = 3


def is_loopback(base_url: str) -> bool:
    """Whether the address is this machine itself: 127.0.0.0/8, ::1 or localhost."""
    host = urlsplit(base_url).hostname or ""
    if host == "localhost":
        return True
    try:
        return ip_address(host).is_loopback
    except ValueError:
        return False


def check_options(options: ClientOptions) -> None:
    """Raise MissingIdentity or BadOptions unless a client can be made of these options."""
    _check_identity(options.identity)
    _check_base_url(options.base_url)
    _check_numbers(options)
    _check_proxies()
    if options.requests_per_second > SEC_REQUESTS_PER_SECOND and not is_loopback(options.base_url):
        raise BadOptions(
            f"{options.requests_per_second:g} requests a second are more than the {SEC_REQUESTS_PER_SECOND:g} that the "
            f"SEC allows; set edgar.requests_per_second to {SEC_REQUESTS_PER_SECOND:g} or less"
        )


def _check_identity(identity: str) -> None:
    found = EMAIL.search(identity)
    name = identity.replace(found.group(), "") if found else ""
    if not any(letter.isalnum() for letter in name):
        raise MissingIdentity(
            "EDGAR wants to know who asks: run `form4 init`; or set edgar.identity in config.yaml, or "
            "FORM4_EDGAR__IDENTITY, to your name and e-mail address, such as 'Jane Doe jane@example.com' "
            f"({f'it is {identity!r} now' if identity.strip() else 'it is not set'})"
        )
    if not identity.isprintable() or not identity.isascii():
        raise MissingIdentity(
            f"edgar.identity is sent as an HTTP header and must be plain ASCII text, not {identity!r}"
        )


def _check_base_url(base_url: str) -> None:
    try:
        parts = urlsplit(base_url)
        usable = parts.scheme in ("http", "https") and bool(parts.hostname) and parts.port != 0
    except ValueError:
        usable = False
    if not usable or parts.query or parts.fragment or parts.username:
        raise BadOptions(f"edgar.base_url must be an address such as https://www.sec.gov, not {base_url!r}")


def _check_proxies() -> None:
    """Of the environment; the value is not shown, as it may hold a password."""
    for scheme, proxy in getproxies().items():
        if scheme == "no":
            continue
        try:
            parts = urlsplit(proxy if "://" in proxy else f"http://{proxy}")
            usable = bool(parts.hostname) and parts.port != 0
        except ValueError:
            usable = False
        if not usable:
            raise BadOptions(
                f"the proxy that {scheme.upper()}_PROXY names is not an address such as http://proxy.example.com:3128; "
                "correct it, or unset it"
            )


def _check_numbers(options: ClientOptions) -> None:
    for name in (
        "requests_per_second",
        "throttle_pause_seconds",
        "connect_timeout_seconds",
        "read_timeout_seconds",
        "request_timeout_seconds",
    ):
        value = getattr(options, name)
        if not (math.isfinite(value) and value > 0):
            raise BadOptions(f"{name} must be a number above 0, not {value!r}")
    for name in ("attempts", "throttles_before_giving_up"):
        if getattr(options, name) < 1:
            raise BadOptions(f"{name} must be 1 or more, not {getattr(options, name)!r}")
