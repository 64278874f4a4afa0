"""How many text messages a text costs.

GSM 03.38: 160 septets in one message, 153 in each of a chain; characters of the extension table take two. With any
other character the whole text is UCS-2: 70 units, 67 in a chain; a character outside the BMP takes two. A character
is never cut in two. Mainland carriers count every character as UCS-2, also Latin ones (`wide`).
"""

from __future__ import annotations

BASIC = (
    "@£$¥èéùìòÇ\nØø\rÅåΔ_ΦΓΛΩΠΨΣΘΞÆæßÉ !\"#¤%&'()*+,-./0123456789:;<=>?¡ABCDEFGHIJKLMNOPQRSTUVWXYZÄÖÑÜ§¿"
    "abcdefghijklmnopqrstuvwxyzäöñüà"
)
EXTENSION = "^{}\\[~]|€\f"
SEPTETS = (160, 153)
UNITS = (70, 67)


def is_gsm(text: str) -> bool:
    return all(c in BASIC or c in EXTENSION for c in text)


def segments(text: str, *, wide: bool = False) -> int:
    """The number of messages `text` is sent as; an empty text is one."""
    if is_gsm(text) and not wide:
        return _chain((2 if c in EXTENSION else 1 for c in text), *SEPTETS)
    return _chain((2 if ord(c) > 0xFFFF else 1 for c in text), *UNITS)


def _chain(widths, alone: int, chained: int) -> int:
    widths = list(widths)
    if sum(widths) <= alone:
        return 1
    used, count = 0, 1
    for width in widths:
        if used + width > chained:
            count, used = count + 1, 0
        used += width
    return count
