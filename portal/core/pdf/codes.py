"""Code 128 and QR as literal strokes in whole modules: sharp at any resolution, and quick to write.

A drawing is the operators of a PDF page in a grid of its own; whoever places it scales the grid (paper.py). Quiet zones
belong to the drawing: ten modules beside a Code 128 (ISO/IEC 15417), four around a QR code (ISO/IEC 18004).
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import lru_cache
from itertools import groupby

import segno
from reportlab.graphics.barcode.code128 import Code128

LINE_QUIET, QR_QUIET = 10, 4
# Any mask can be read; choosing the prettiest of eight costs five times the rest, and a batch has 500 codes.
QR_MASK = 3


@dataclass(frozen=True, slots=True)
class Drawing:
    """`strokes` fill a grid of `wide` × `high` modules, quiet zones included; a line code is 1 high."""

    strokes: str
    wide: int
    high: int


@lru_cache(maxsize=1024)
def code128(value: str) -> Drawing:
    """Raises ValueError for what Code 128 can't say: it holds ASCII only."""
    if not value or not value.isascii() or not value.isprintable():
        raise ValueError("Code 128 holds printable ASCII")
    bars = Code128(value, quiet=0)
    bars.validate()
    bars.encode()
    bars.decompose()
    strokes, x = [], LINE_QUIET
    for n, letter in enumerate(bars.decomposed):  # A to D: a bar of 1 to 4 modules, a to d: a space
        wide = ord(letter.lower()) - ord("a") + 1
        if letter.isupper():
            strokes.append(f"{x} 0 {wide} 1 re")
        elif n == 0:
            raise ValueError("a symbol begins with a bar")
        x += wide
    return Drawing(" ".join(strokes) + " f", x + LINE_QUIET, 1)


@lru_cache(maxsize=1024)
def qr(value: str, error: str = "m") -> Drawing:
    """`error` is the level of correction: l, m, q or h (7, 15, 25, 30 percent)."""
    matrix = segno.make(value, error=error, micro=False, boost_error=False, mask=QR_MASK).matrix
    side = len(matrix) + 2 * QR_QUIET
    strokes = []
    for row, cells in enumerate(matrix):
        x, y = QR_QUIET, side - QR_QUIET - row - 1
        for dark, group in groupby(cells):
            wide = len(list(group))
            if dark:
                strokes.append(f"{x} {y} {wide} 1 re")
            x += wide
    return Drawing(" ".join(strokes) + " f", side, side)
