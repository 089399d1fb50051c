"""Reading a body to its end: every byte that was announced, within a size, decoded as it comes to its last bit."""

from __future__ import annotations

import zlib
from collections.abc import Iterable, Iterator, Mapping
from itertools import chain

from urllib3.exceptions import HTTPError, ReadTimeoutError
from urllib3.response import BaseHTTPResponse

from .limits import Limit

GZIP_MAGIC = b"\x1f\x8b"
MOST_MEMBERS = 1000
"""EDGAR's gzip files have one member; each further one costs time, also if it is empty."""

_CHUNK_BYTES = 65_536
_GZIP_BITS, _ZLIB_BITS, _RAW_DEFLATE_BITS = 31, 15, -15


class BodyNotWhole(Exception):
    """The body is cut or garbled; the message says which."""


class BodyTooLarge(BodyNotWhole):
    """The body is larger than a file of its kind may be."""


class BodyTooSlow(Exception):
    """The body stopped coming."""


def body_pieces(raw: BaseHTTPResponse, headers: Mapping[str, str], limit: Limit) -> Iterator[bytes]:
    """The decoded body of a response not read yet, in pieces of at most 64 KiB, as they come.

    It is whole once they end without BodyNotWhole, BodyTooLarge or BodyTooSlow.
    """
    return decoded(wire_pieces(raw, headers, limit), headers.get("Content-Encoding", ""), limit)


def wire_pieces(raw: BaseHTTPResponse, headers: Mapping[str, str], limit: Limit) -> Iterator[bytes]:
    """The bytes on the wire as they come, to the last that Content-Length announced; raises as `body_pieces`."""
    total = 0
    for piece in _received(raw):
        total += len(piece)
        if total > limit.bytes:
            raise BodyTooLarge(f"more than {limit}")
        yield piece
    announced = headers.get("Content-Length", "")
    if announced.isdigit() and "Transfer-Encoding" not in headers and total != int(announced):
        raise BodyNotWhole(f"{total} bytes came of {announced}")


def _received(raw: BaseHTTPResponse) -> Iterator[bytes]:
    total = 0
    try:
        while piece := raw.read1(_CHUNK_BYTES, decode_content=False):
            total += len(piece)
            yield piece
    except ReadTimeoutError as error:
        raise BodyTooSlow("the body stopped coming") from error
    except HTTPError as error:
        raise BodyNotWhole(f"cut off after {total} bytes") from error


def decoded(pieces: Iterable[bytes], coding: str, limit: Limit) -> Iterator[bytes]:
    """A body with its Content-Encoding (gzip, deflate or none) undone; raises BodyNotWhole. Pure."""
    match coding.strip().lower():
        case "" | "identity":
            yield from pieces
        case "gzip" | "x-gzip":
            yield from gunzipped(pieces, limit)
        case "deflate":
            yield from _within(limit, _inflated(pieces))
        case other:
            raise BodyNotWhole(f"encoded as {other!r}, which was not asked for")


def gunzipped(pieces: Iterable[bytes], limit: Limit) -> Iterator[bytes]:
    """All members of a gzip stream (RFC 1952), zero padding allowed after them; raises BodyNotWhole. Pure."""
    return _within(limit, _members(pieces))


def gunzip(body: bytes, limit: Limit) -> bytes:
    """The same of a file in memory."""
    starts = range(0, len(body), _CHUNK_BYTES)
    return b"".join(gunzipped((body[start : start + _CHUNK_BYTES] for start in starts), limit))


def _within(limit: Limit, pieces: Iterable[bytes]) -> Iterator[bytes]:
    total = 0
    for piece in pieces:
        total += len(piece)
        if total > limit.bytes:
            raise BodyTooLarge(f"unpacked, more than {limit}")
        yield piece


def _members(pieces: Iterable[bytes]) -> Iterator[bytes]:
    stream: zlib._Decompress | None = None
    members = 0
    for piece in pieces:
        rest = piece
        while rest:
            if stream is None:
                if members and not (rest := rest.lstrip(b"\0")):
                    break
                members += 1
                if members > MOST_MEMBERS:
                    raise BodyNotWhole(f"more than {MOST_MEMBERS} gzip members")
                stream = zlib.decompressobj(_GZIP_BITS)
            yield from _plain(stream, rest)
            rest = stream.unused_data
            if stream.eof:
                stream = None
    if stream is not None:
        raise BodyNotWhole("cut off inside its compressed data")


def _inflated(pieces: Iterable[bytes]) -> Iterator[bytes]:
    coming = iter(pieces)
    head = b""
    while len(head) < 2 and (piece := next(coming, b"")):
        head += piece
    if not head:
        return
    # RFC 9110 means zlib's format by "deflate"; some servers send the bare stream.
    wrapped = head[0] & 0x0F == zlib.DEFLATED and int.from_bytes(head[:2]) % 31 == 0
    stream = zlib.decompressobj(_ZLIB_BITS if wrapped else _RAW_DEFLATE_BITS)
    for piece in chain([head], coming):
        if not stream.eof:
            yield from _plain(stream, piece)
    if not stream.eof:
        raise BodyNotWhole("cut off inside its compressed data")


def _plain(stream: zlib._Decompress, packed: bytes) -> Iterator[bytes]:
    """What a piece of a stream unpacks to, a little at a time; the stream's `unused_data` is what follows its end."""
    rest, full = packed, True
    while (rest or full) and not stream.eof:
        try:
            plain = stream.decompress(rest, _CHUNK_BYTES)
        except zlib.error as error:
            raise BodyNotWhole(f"compressed data that cannot be read ({error})") from error
        rest, full = stream.unconsumed_tail, len(plain) == _CHUNK_BYTES
        if plain:
            yield plain
