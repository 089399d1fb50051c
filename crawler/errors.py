"""What can go wrong between us and EDGAR, one class an event; each message says what to do next."""

from __future__ import annotations

from typing import ClassVar


class CrawlError(Exception):
    """Base of this package's errors: `path` below the base address ('' where none is concerned).

    `transient` says whether the same request may succeed on a later run with nothing changed on our side.
    """

    transient: ClassVar[bool] = False

    def __init__(self, message: str, path: str = "") -> None:
        super().__init__(message)
        self.path = path


class MissingIdentity(CrawlError):
    """No name and e-mail address to declare to EDGAR, which answers 403 without."""


class BadOptions(CrawlError):
    """A client option, or the rate limiter's folder, that cannot be used."""


class Absent(CrawlError):
    """EDGAR has no file at this path: 404, or 403 with S3's AccessDenied."""


class Throttled(CrawlError):
    """EDGAR refused for the number of requests, again and again; the rate limiter is closed for every process."""

    transient = True


class EdgarDown(CrawlError):
    """No usable answer: 5xx, time-outs, connection, DNS, certificate or proxy, after the attempts allowed."""

    transient = True


class BrokenAnswer(CrawlError):
    """An answer that is not the file asked for, or not all of it, after the attempts allowed."""

    transient = True


class TooLarge(BrokenAnswer):
    """A file larger than one of its kind may be; nothing of it is kept."""

    transient = False


class Refused(BrokenAnswer):
    """A file that EDGAR answers with the page about too many requests, though it gives others."""


class DamagedIndex(CrawlError):
    """A file that cannot be read as a master index at all."""

    transient = True


class ClientClosed(CrawlError):
    """The client was closed while this request waited for its turn; nothing was lost, nothing was fetched."""

    transient = True
