"""How EDGAR is asked, declared once: the settings of `edgar:` and the options of the crawler's client are these."""

from dataclasses import dataclass
from pathlib import Path
from typing import Annotated

from annotated_types import Ge, Gt

Positive = Annotated[float, Gt(0)]


@dataclass(frozen=True, slots=True)
class EdgarOptions:
    """Times in seconds, rates in requests a second."""

    identity: str = ""
    """A name and an e-mail address, sent as User-Agent with every request (the SEC's fair access rules)."""
    base_url: str = "https://www.sec.gov"
    """`/Archives/…` and `/files/…` are below it. No name and password in it: they would be printed with the address."""
    requests_per_second: Positive = 8.0
    """Over all processes of this machine; more than 10 is refused for any host but loopback."""
    throttle_pause_seconds: Positive = 600.0
    """How long every process rests after a throttle answer (the SEC's block lasts ten minutes)."""
    rate_limiter_folder: Path | None = None
    """Where processes agree on the next request, those with other folders unseen; None: a folder of the user's own."""
    connect_timeout_seconds: Positive = 10.0
    read_timeout_seconds: Positive = 30.0
    request_timeout_seconds: Positive = 300.0
    """Of one whole request, from the look-up of the name to the last byte, whatever the server does."""
    attempts: Annotated[int, Ge(1)] = 5
    """How often one request is tried before it counts as failed."""
