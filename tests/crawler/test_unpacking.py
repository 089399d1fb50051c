"""Packed files: every one that can be packed comes back, and none takes more than its limit."""

import gzip
import io
import random
import zlib
from collections.abc import Iterator
from contextlib import suppress

import ncompress
import pytest
from hypothesis import given
from hypothesis import strategies as st
from urllib3 import HTTPResponse

from form4lake.crawler.bodies import MOST_MEMBERS, BodyNotWhole, BodyTooLarge, decoded, gunzip, wire_pieces
from form4lake.crawler.limits import COMPRESSED_INDEX, Limit
from form4lake.crawler.unix_compress import MAGIC, uncompress

CHANCE = random.Random(1)
SMALL = Limit("a test", 1000)
SIZES = [0, 1, 2, 3, 100, 70_000, 400_000]


@pytest.mark.parametrize("size", SIZES)
@pytest.mark.parametrize("alphabet", [b"a", b"ab|\n0123 edgar/data", bytes(range(256))])
def test_what_compress_packs_comes_back(size: int, alphabet: bytes) -> None:
    plain = bytes(CHANCE.choices(alphabet, k=size))
    assert uncompress(ncompress.compress(plain), COMPRESSED_INDEX) == plain


@given(st.binary(max_size=3000))
def test_whatever_begins_like_it_is_unpacked_or_refused(rest: bytes) -> None:
    for flags in (0x90, 0x10, 0x8C):
        with suppress(BodyNotWhole):
            assert len(uncompress(MAGIC + bytes([flags]) + rest, SMALL)) <= SMALL.bytes


@pytest.mark.parametrize("cut", [1, 2, 50, 5000])
def test_a_file_that_is_cut_is_never_more_than_the_beginning(cut: int) -> None:
    plain = bytes(CHANCE.choices(b"abcdef", k=60_000))
    with suppress(BodyNotWhole):
        assert plain.startswith(uncompress(ncompress.compress(plain)[:-cut], COMPRESSED_INDEX))


def test_a_small_file_that_unpacks_without_bounds_is_refused() -> None:
    packed = ncompress.compress(bytes(100 * 2**20))
    assert len(packed) < 60_000
    with pytest.raises(BodyTooLarge, match="the 16 MiB that an index packed with Unix compress may have"):
        uncompress(packed, COMPRESSED_INDEX)


@pytest.mark.parametrize("head", [b"", b"\x1f\x9d", b"\x1f\x9d\x91", b"\x1f\x9d\xf0abc", b"\x1f\x8b\x08abc"])
def test_what_is_no_file_of_compress_is_refused(head: bytes) -> None:
    with pytest.raises(BodyNotWhole):
        uncompress(head, SMALL)


def pieces(body: bytes, size: int) -> Iterator[bytes]:
    return (body[start : start + size] for start in range(0, len(body), size))


@pytest.mark.parametrize("size", [1, 7, 65_536])
@pytest.mark.parametrize(
    ("coding", "pack"),
    [
        ("gzip", gzip.compress),
        ("gzip", lambda plain: b"".join(map(gzip.compress, (plain[:5], b"", plain[5:]))) + b"\0\0"),
        ("deflate", zlib.compress),
        ("deflate", lambda plain: zlib.compress(plain, wbits=-15)),
        ("", bytes),
    ],
)
def test_a_body_is_decoded_however_it_is_cut_into_pieces(coding: str, pack: object, size: int) -> None:
    plain = bytes(CHANCE.choices(b"abc", k=3000)) + bytes(200_000)
    packed = pack(plain)
    limit = Limit("a test", len(plain))
    assert b"".join(decoded(pieces(packed, size), coding, limit)) == plain
    if coding:
        with pytest.raises(BodyNotWhole, match="cut off"):
            list(decoded(pieces(packed[:-10], size), coding, limit))
        with pytest.raises(BodyTooLarge):
            list(decoded(pieces(packed, size), coding, Limit("a test", len(plain) - 1)))
    assert b"".join(decoded([], coding, SMALL)) == b""


@pytest.mark.parametrize("announced", [3, 5])
def test_a_body_that_is_not_as_long_as_announced_is_not_whole(announced: int) -> None:
    raw = HTTPResponse(io.BytesIO(b"four"), preload_content=False)
    with pytest.raises(BodyNotWhole, match=f"4 bytes came of {announced}"):
        list(wire_pieces(raw, {"Content-Length": str(announced)}, SMALL))


def test_members_without_end_are_refused() -> None:
    with pytest.raises(BodyNotWhole, match="more than 1000 gzip members"):
        gunzip(gzip.compress(b"") * 200_000, SMALL)
    assert gunzip(gzip.compress(b"a") * MOST_MEMBERS, SMALL) == b"a" * MOST_MEMBERS
