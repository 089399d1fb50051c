"""Answers that are made to hold a client for ever, fill its memory, or learn who it is."""

from __future__ import annotations

import gzip
import time
import zlib
from collections.abc import Iterator

from .faults import Fault, FaultKind

BOMB_BYTES = 2**30
"""What the bombs unpack to, or weigh."""

_PAUSE_SECONDS = 0.05
_OK = b"HTTP/1.1 200 OK\r\nContent-Type: application/octet-stream\r\n"
_CHUNKED = _OK + b"Transfer-Encoding: chunked\r\n\r\n"
_BEGINNING = b"<SEC-DOCUMENT>0000000000-00-000000.txt : 20240102\n"


def hostile_answer(fault: Fault, body: bytes) -> Iterator[bytes] | None:
    """What goes on the wire in place of a found file's answer, piece by piece; None for a fault that is none of these.

    Those that trickle do it for the fault's `seconds`, and then end as the protocol wants it.
    """
    match fault.kind:
        case FaultKind.SLOW_HEADERS:
            return _slow_headers(fault.seconds, body)
        case FaultKind.CONTINUES:
            return _continues(fault.seconds, body)
        case FaultKind.SLOW_CHUNK_LINE:
            return _slow_chunk_line(fault.seconds, body)
        case FaultKind.TRAILERS:
            return _trailers(fault.seconds, body)
        case FaultKind.DRIP:
            return _drip(fault.seconds, body)
        case FaultKind.BOMB:
            return _packed(_bomb())
        case FaultKind.MEMBERS:
            return _packed(iter([gzip.compress(b"", mtime=0) * 200_000]))
        case FaultKind.HUGE:
            return _huge()
    return None


def _slow_headers(seconds: float, body: bytes) -> Iterator[bytes]:
    yield b"HTTP/1.1 200 OK\r\nX-Slow: "
    yield from _trickle(b"a", seconds)
    yield b"\r\nContent-Length: %d\r\n\r\n" % len(body) + body


def _continues(seconds: float, body: bytes) -> Iterator[bytes]:
    yield from _trickle(b"HTTP/1.1 100 Continue\r\n\r\n", seconds)
    yield _OK + b"Content-Length: %d\r\n\r\n" % len(body) + body


def _slow_chunk_line(seconds: float, body: bytes) -> Iterator[bytes]:
    yield _CHUNKED + b"%x;extension=" % len(body)
    yield from _trickle(b"a", seconds)
    yield b"\r\n" + body + b"\r\n0\r\n\r\n"


def _trailers(seconds: float, body: bytes) -> Iterator[bytes]:
    yield _CHUNKED + b"%x\r\n" % len(body) + body + b"\r\n0\r\n"
    yield from _trickle(b"X-Trailer: a\r\n", seconds)
    yield b"\r\n"


def _drip(seconds: float, body: bytes) -> Iterator[bytes]:
    yield _OK + b"Content-Length: %d\r\n\r\n" % len(body)
    last = max(1, int(seconds / _PAUSE_SECONDS))
    for at in range(min(len(body), last)):
        yield body[at : at + 1]
        time.sleep(_PAUSE_SECONDS)
    yield body[last:]


def _trickle(piece: bytes, seconds: float) -> Iterator[bytes]:
    for _ in range(int(seconds / _PAUSE_SECONDS)):
        yield piece
        time.sleep(_PAUSE_SECONDS)


def _packed(body: Iterator[bytes]) -> Iterator[bytes]:
    """Ends with the connection."""
    yield _OK + b"Content-Encoding: gzip\r\nConnection: close\r\n\r\n"
    yield from body


def _bomb() -> Iterator[bytes]:
    """Zeros; a block that ends with a full flush can be repeated."""
    packer = zlib.compressobj(9, zlib.DEFLATED, 31)
    head = packer.compress(_BEGINNING) + packer.flush(zlib.Z_FULL_FLUSH)
    zeros = 2**24
    block = packer.compress(bytes(zeros)) + packer.flush(zlib.Z_FULL_FLUSH)
    yield head
    for _ in range(BOMB_BYTES // zeros):
        yield block


def _huge() -> Iterator[bytes]:
    """A submission with a large exhibit, its length announced."""
    piece = b"M" * 2**20
    end = b"\n</SEC-DOCUMENT>\n"
    yield _OK + b"Content-Length: %d\r\n\r\n" % (len(_BEGINNING) + BOMB_BYTES + len(end))
    yield _BEGINNING
    for _ in range(BOMB_BYTES // len(piece)):
        yield piece
    yield end
