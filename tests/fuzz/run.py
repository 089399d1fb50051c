"""Fuzz the parser: `python -m tests.fuzz.run --seconds 60`; `make fuzz SECONDS=60` does it.

Filings of every format are mutated (bytes, tags, repeats, cuts, wraps, parts of other files), or grown to a megabyte,
and parsed for as long as told, in time of the processor. An input that breaks the property is written to
tests/fuzz/findings/; once repaired, it is moved to the corpus, which the unit tests replay. The same seed gives the
same inputs.
"""

import argparse
import random
import sys
import time
import traceback
from hashlib import sha256
from pathlib import Path

from form4lake.tests.fuzz.property import Memory, bytes_allowed, parse, parse_in_time, seconds_allowed, taken_alone
from form4lake.tests.fuzz.seeds import grown, seeds

FINDINGS = Path(__file__).parent / "findings"
MOST_BYTES = 400_000
BITS = [
    *(
        b"& < > ' \" \0 \x1a \xff \xe2\x80 ]]> <!-- --> <![CDATA[ <? ?> <!DOCTYPE <x> &amp; &nbsp; &#0; &#x110000; "
        b"<b> <br> </b> <value> </value> <footnoteId/> <footnote> </footnote> <nonDerivativeTable> "
        b"<nonDerivativeTransaction> </nonDerivativeTransaction> <ownershipDocument> </ownershipDocument> <DOCUMENT> "
        b"</XML> <XML> <TEXT> <TYPE> id=F1 id= xsi:nil='1' <a:b/> 1,250 $1.5 NaN -1 0000-00-00 9999-12-31 \xef\xbb\xbf "
        b"\xff\xfe \r\n ISSUER: <CIK> &a11;"
    ).split(b" "),
    b"9" * 40,
    b"x" * 1_023 + b"\n",
    b"\n",
    b" ",
]


def mutated(chance: random.Random, seeds: list[bytes]) -> bytes:
    """One input."""
    raw = bytearray(chance.choice(seeds))
    for _ in range(chance.choice((1, 1, 2, 3, 6, 20))):
        at = chance.randrange(len(raw) + 1)
        until = min(len(raw), at + chance.choice((0, 0, 1, 3, 10, 100, 1_000)))
        match chance.randrange(9):
            case 0 | 1:
                raw[at:until] = chance.choice(BITS)
            case 2:
                raw[at:until] = bytes(chance.randrange(256) for _ in range(chance.randrange(8)))
            case 3:
                raw[at:until] = raw[at:until] * chance.choice((0, 2, 5, 300))
            case 4:
                other = chance.choice(seeds)
                start = chance.randrange(len(other) + 1)
                raw[at:until] = other[start : start + chance.choice((5, 50, 500, 5_000))]
            case 5:
                raw[at:until] = chance.choice(BITS) * chance.choice((2, 40, 1_001, 20_000))
            case 6:
                # Lines are broken at one width from there on, as old software did.
                width, newline = (
                    chance.choice((60, 120, 1_023, chance.randrange(20, 2_000))),
                    chance.choice((b"\n", b"\r\n")),
                )
                raw[at:] = newline.join(raw[start : start + width] for start in range(at, len(raw), width))
            case 7:
                start = raw.find(b"<", at)
                at = start + 1 + chance.randrange(20)
                raw[at:at] = chance.choice((b"\n", b"\r\n", b"\n\n"))
            case _:
                # A tag goes, or is doubled, whole: what survives a random byte least often.
                start, end = raw.find(b"<", at), raw.find(b">", at)
                if 0 <= start < end:
                    raw[start : end + 1] = raw[start : end + 1] * chance.choice((0, 2))
        del raw[MOST_BYTES:]
    return bytes(raw)


def main() -> int:
    options = argparse.ArgumentParser(description="Fuzz the parser of ownership filings.")
    options.add_argument("--seconds", type=float, default=60)
    options.add_argument("--seed", type=int, default=int(time.time()))
    asked = options.parse_args()
    chance = random.Random(asked.seed)
    some = seeds()
    inputs, findings, slowest, most = 0, 0, 0.0, 0
    modes = {"strict": 0, "recovered": 0, "refused": 0}
    for seed in some:
        parse_in_time(seed)
    end = time.process_time() + asked.seconds
    while time.process_time() < end:
        raw = grown(chance, some) if chance.random() < 0.1 else mutated(chance, some)
        inputs += 1
        memory, start = Memory(), time.process_time()
        try:
            filing = parse(raw)
            seconds, size = time.process_time() - start, memory.taken()
            if seconds > seconds_allowed(raw) or size > bytes_allowed(raw):
                seconds, size = taken_alone(raw)
            slowest, most = max(slowest, seconds), max(most, size)
            assert seconds < seconds_allowed(raw), f"{seconds:.1f} s for {len(raw):,} bytes"
            assert size < bytes_allowed(raw), f"{size:,} bytes of memory for {len(raw):,}"
        except Exception:  # noqa: BLE001 - whatever it is, it is what is looked for
            findings += 1
            FINDINGS.mkdir(exist_ok=True)
            path = FINDINGS / f"{sha256(raw).hexdigest()[:16]}.bin"
            path.write_bytes(raw)
            sys.stderr.write(f"{path}\n{traceback.format_exc()}\n")
        else:
            modes[str(filing.parse_mode) if filing else "refused"] += 1
    said = ", ".join(f"{count:,} {mode}" for mode, count in modes.items())
    sys.stdout.write(
        f"seed {asked.seed}: {inputs:,} inputs ({said}); slowest {slowest:.2f} s, most memory {most / 1e6:.0f} MB;"
        f" {findings} findings\n"
    )
    return 1 if findings else 0


if __name__ == "__main__":
    sys.exit(main())
