"""Reading a body to its end: every byte that was announced, within a size and a time, and decoded to its last bit."""

from __future__ import annotations

import zlib
from collections.abc import Iterator, Mapping

from urllib3.exceptions import HTTPError, ReadTimeoutError
from urllib3.response import BaseHTTPResponse

from .clock import Clock

_CHUNK_BYTES = 65_536
GZIP_MAGIC = b"\x1f\x8b"
_GZIP_BITS, _ZLIB_BITS, _RAW_DEFLATE_BITS = 31, 15, -15


class BodyNotWhole(Exception):
    """The body is cut, garbled or over the cap; the message says which."""


class BodyTooSlow(Exception):
    """The body stopped coming, or did not end in time."""


def read_body(
    raw: BaseHTTPResponse, headers: Mapping[str, str], *, max_bytes: int, seconds: float, clock: Clock
) -> bytes:
    """The whole decoded body of a response not read yet; raises BodyNotWhole or BodyTooSlow.

    `seconds` bounds the whole body, however slowly it trickles; Content-Length is held against the bytes on the wire.
    """
    received = b"".join(body_chunks(raw, headers, max_bytes=max_bytes, seconds=seconds, clock=clock))
    return decoded(received, headers.get("Content-Encoding", ""), max_bytes)


def body_chunks(
    raw: BaseHTTPResponse, headers: Mapping[str, str], *, max_bytes: int, seconds: float, clock: Clock
) -> Iterator[bytes]:
    """The bytes on the wire as they come, to the last that was announced; raises as `read_body` once they do not."""
    total = 0
    for chunk in _chunks(raw, max_bytes, seconds, clock):
        total += len(chunk)
        yield chunk
    announced = headers.get("Content-Length", "")
    if announced.isdigit() and "Transfer-Encoding" not in headers and total != int(announced):
        raise BodyNotWhole(f"{total} bytes came of {announced}")


def _chunks(raw: BaseHTTPResponse, max_bytes: int, seconds: float, clock: Clock) -> Iterator[bytes]:
    deadline = clock.monotonic() + seconds
    total = 0
    try:
        while chunk := raw.read1(_CHUNK_BYTES, decode_content=False):
            total += len(chunk)
            if total > max_bytes:
                raise BodyNotWhole(f"more than the {max_bytes} bytes allowed")
            if clock.monotonic() > deadline:
                raise BodyTooSlow(f"the body did not end within {seconds:g} s")
            yield chunk
    except ReadTimeoutError as error:
        raise BodyTooSlow("the body stopped coming") from error
    except HTTPError as error:
        raise BodyNotWhole(f"cut off after {total} bytes") from error


def decoded(body: bytes, coding: str, max_bytes: int) -> bytes:
    """The body with its Content-Encoding (gzip, deflate or none) undone; raises BodyNotWhole. Pure."""
    match coding.strip().lower():
        case "" | "identity":
            return body
        case "gzip" | "x-gzip":
            return gunzip(body, max_bytes) if body else body
        case "deflate":
            return _inflate(body, max_bytes) if body else body
        case other:
            raise BodyNotWhole(f"encoded as {other!r}, which was not asked for")


def gunzip(body: bytes, max_bytes: int) -> bytes:
    """All members of a gzip stream (RFC 1952), zero padding allowed after them; raises BodyNotWhole. Pure."""
    parts, total = [], 0
    while body:
        member, body = _decompress(body, _GZIP_BITS, max_bytes - total)
        parts.append(member)
        total += len(member)
        body = body.lstrip(b"\0")
    return b"".join(parts)


def _inflate(body: bytes, max_bytes: int) -> bytes:
    # RFC 9110 means zlib's format by "deflate"; some servers send the bare stream.
    bits = _ZLIB_BITS if body[0] & 0x0F == zlib.DEFLATED and int.from_bytes(body[:2]) % 31 == 0 else _RAW_DEFLATE_BITS
    return _decompress(body, bits, max_bytes)[0]


def _decompress(body: bytes, bits: int, max_bytes: int) -> tuple[bytes, bytes]:
    stream = zlib.decompressobj(bits)
    try:
        plain = stream.decompress(body, max_bytes + 1)
    except zlib.error as error:
        raise BodyNotWhole(f"compressed data that cannot be read ({error})") from error
    if len(plain) > max_bytes:
        raise BodyNotWhole("more than the bytes allowed once decompressed")
    if not stream.eof:
        raise BodyNotWhole("cut off inside its compressed data")
    return plain, stream.unused_data
