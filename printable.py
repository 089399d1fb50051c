"""Text from outside, made safe to show: a terminal obeys what EDGAR's texts may hold, a person has to read it.

Control characters of the C0 and C1 sets can move the cursor, set a window's title or hide a line; the bidirectional
controls of Unicode (UAX #9) can show a name backwards. Each is shown as a sign instead of being obeyed.
"""

_PICTURES = {code: chr(0x2400 + code) for code in range(0x20) if chr(code) not in "\t\n"} | {0x7F: "\u2421"}
_C1 = {code: f"\\u{code:04x}" for code in range(0x80, 0xA0)}
_BIDI = {code: f"\\u{code:04x}" for code in (0x061C, 0x200E, 0x200F, *range(0x202A, 0x202F), *range(0x2066, 0x206A))}
_SEPARATORS = {code: f"\\u{code:04x}" for code in (0x2028, 0x2029)}
_SHOWN = str.maketrans(_PICTURES | _C1 | _BIDI | _SEPARATORS)


def printable(text: str) -> str:
    """The text with every control character but tab and newline as a visible sign (`\\x1b` as `␛`)."""
    return text if text.isascii() and text.isprintable() else text.translate(_SHOWN)
