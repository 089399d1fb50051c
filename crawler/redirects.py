"""Where a redirect leads: always to the configured base address, or nowhere."""

from __future__ import annotations

import re
from urllib.parse import urljoin

from urllib3.exceptions import LocationParseError
from urllib3.util import Url, parse_url

STATUSES = frozenset({301, 302, 303, 307, 308})
MOST = 5
"""As many one after another as a file is looked for through."""

_PLAIN = re.compile(r"[A-Za-z0-9\-._~:/?#\[\]@!$&'()*+,;=%]+")
"""The characters of an address (RFC 3986, 2). Where any other stands, two parsers may see two hosts."""
_PORTS = {"http": 80, "https": 443}


def next_address(base_url: str, asked: str, location: str) -> str | None:
    """The address to ask after `asked` answered with this Location header; None if that is not below `base_url`.

    Judged by urllib3, which connects; and what it takes of the header is the path alone, so that whatever the header
    says, the request goes to the scheme, host and port of `base_url`.
    """
    if not _PLAIN.fullmatch(location):
        return None
    try:
        base, target = parse_url(base_url), parse_url(urljoin(asked, location))
    except (LocationParseError, ValueError):
        return None
    if target.auth is not None or _origin(target) != _origin(base):
        return None
    return f"{base.scheme}://{base.netloc}{target.request_uri}"


def _origin(url: Url) -> tuple[str | None, str | None, int | None]:
    return url.scheme, url.host, url.port or _PORTS.get(url.scheme or "")
