"""Files packed with Unix `compress` (.Z), as EDGAR's indexes of the nineties are; unpacked within a size."""

from __future__ import annotations

from .bodies import BodyNotWhole, BodyTooLarge
from .limits import Limit

MAGIC = b"\x1f\x9d"

_CLEAR = 256
_FEWEST_BITS, _MOST_BITS = 9, 16


def uncompress(packed: bytes, limit: Limit) -> bytes:
    """The bytes that were packed. Pure; raises BodyNotWhole for what cannot be read, BodyTooLarge.

    Source: the file format of compress(1), as ncompress 5.0 writes it: codes of 9 to 16 bits, least significant first;
    whenever their width changes, the rest of a group of eight codes is padding.
    """
    if len(packed) < 3 or not packed.startswith(MAGIC) or packed[2] & 0x60:
        raise BodyNotWhole("no file of Unix compress")
    widest = max(packed[2] & 0x1F, _FEWEST_BITS + 1)  # 9 bits were never written: it means 10
    if len(packed) > limit.bytes:
        raise BodyTooLarge(f"more than {limit}")
    if widest > _MOST_BITS:
        raise BodyNotWhole(f"codes of {widest} bits, more than Unix compress writes")
    first = _CLEAR + 1 if packed[2] & 0x80 else _CLEAR
    out = bytearray()
    starts, lengths = [0] * first, [1] * first  # a code stands for a part of what is out already
    codes = _Codes(packed, widest)
    length = 0  # of what the code before stood for; 0: there is none
    while (code := codes.next(len(starts) - 1)) is not None:
        if code == _CLEAR < first:
            codes.start_again()
            del starts[first:], lengths[first:]
            length = 0
            continue
        before, at = length, len(out)
        if code < _CLEAR:
            out.append(code)
        elif code < len(starts):
            out += out[starts[code] : starts[code] + lengths[code]]
        elif code == len(starts) and before:
            out += out[at - before : at]
            out.append(out[at - before])
        else:
            raise BodyNotWhole("compressed data that cannot be read (a code that stands for nothing)")
        length = len(out) - at
        if len(out) > limit.bytes:
            raise BodyTooLarge(f"unpacked, more than {limit}")
        if before and len(starts) < 1 << widest:
            starts.append(at - before)
            lengths.append(before + 1)
    return bytes(out)


class _Codes:
    """The codes of a file, one after another."""

    def __init__(self, packed: bytes, widest: int) -> None:
        self._packed = packed
        self._widest = widest
        self._group = self._bit = 3 * 8
        self._bits = _FEWEST_BITS

    def next(self, newest: int) -> int | None:
        """The next code, where `newest` is the last that stands for something; None at the end."""
        if newest >= (1 << self._bits) - 1 and self._bits < self._widest:
            self._skip_padding()
            self._bits += 1
        last = self._bit + self._bits - 1
        left = len(self._packed) * 8 - self._bit
        if left < self._bits:
            if left >= 8:
                raise BodyNotWhole("cut off inside its compressed data")
            return None
        window = int.from_bytes(self._packed[self._bit // 8 : last // 8 + 1], "little")
        code = (window >> self._bit % 8) & ((1 << self._bits) - 1)
        self._bit += self._bits
        return code

    def start_again(self) -> None:
        """After a code that clears the table."""
        self._skip_padding()
        self._bits = _FEWEST_BITS

    def _skip_padding(self) -> None:
        group = self._bits * 8
        used = (self._bit - self._group) % group
        self._bit += (group - used) % group
        self._group = self._bit
