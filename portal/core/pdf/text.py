"""Breaking lines and making them fit a box."""

from __future__ import annotations

import math
import re
import unicodedata
from collections.abc import Iterator
from dataclasses import dataclass
from functools import lru_cache

from portal.core.pdf import fonts

LEADING = 1.25  # distance of base lines, in type sizes
STEP = 0.5  # points by which type shrinks
ELLIPSIS = "…"
# Words and numbers stay whole, everything else may break after each character.
_LETTER = "[0-9A-Za-zÀ-ɏͰ-ӿḀ-ỿ\u0610-\u061a\u0620-\u06d3\u06d5-\u06ff\u0750-\u077f\u200c\u200d]"
_NOT_FIRST = "，。、；：！？）】》”’…,.;:!?)]}%℃،؛؟"
# Tibetan breaks after the points between syllables and the strokes behind a clause, never before.
_TIBETAN = "[\u0f00-\u0fff]+?(?:[\u0f0b-\u0f14]+|(?![\u0f00-\u0fff]))"
_PIECES = re.compile(
    rf"{_LETTER}+(?:[-/.:'’]{_LETTER}+)*[{re.escape(_NOT_FIRST)}]*|{_TIBETAN}|\s+|.",
    re.S,
)
_MARKS = "".join(c for c in map(chr, range(0x0300, 0x1000)) if unicodedata.category(c).startswith("M"))
_CLUSTERS = re.compile(f".[{_MARKS}\u200c\u200d]*", re.S)  # what is never parted
_NOT_LAST = "（【《“‘([{"


@dataclass(frozen=True, slots=True)
class Fitted:
    """Lines at the size (points) at which they fit. `cut`: something did not fit even at the smallest size."""

    lines: tuple[str, ...]
    size: float
    cut: bool = False

    @property
    def height(self) -> float:
        """Points from the top of the first line to the foot of the last."""
        return self.size * (1 + LEADING * (len(self.lines) - 1)) if self.lines else 0.0


def wrap(text: str, width: float, size: float, bold: bool = False) -> list[str]:
    """Lines of at most `width` points. No closing sign begins a line, no opening one ends it; a word that is
    wider than the line is broken."""
    lines: list[str] = []
    for paragraph in text.splitlines() or [""]:
        line = ""
        for piece in _pieces(paragraph, width, size, bold):
            if line and fonts.width(line + piece.rstrip(), size, bold) > width:
                kept, carried = _tidy_break(line, piece)
                lines.append(kept.rstrip())
                line = (carried + piece).lstrip()
            else:
                line += piece
        lines.append(line.rstrip())
    return lines


def _pieces(paragraph: str, width: float, size: float, bold: bool) -> Iterator[str]:
    for piece in _PIECES.findall(fonts.plain(paragraph)):
        if len(piece) > 1 and fonts.width(piece, size, bold) > width:
            yield from _CLUSTERS.findall(piece)
        else:
            yield piece


def _tidy_break(line: str, following: str) -> tuple[str, str]:
    """Moves the end of `line` down when the break would stand before a closing or after an opening sign."""
    carried = ""
    while len(line) > 1 and ((carried or following)[:1] in _NOT_FIRST or line[-1] in _NOT_LAST):
        line, carried = line[:-1], line[-1] + carried
        if len(carried) > 3:
            return line + carried, ""
    return line, carried


@lru_cache(maxsize=4096)
def fit(
    text: str, width: float, *, size: float, smallest: float, lines: int = 1, height: float = 0, bold: bool = False
) -> Fitted:
    """The largest type between `size` and `smallest` in which `text` fits `width` and `lines` (and `height`, if given).

    At the smallest size what is too long is cut with an ellipsis; nothing is ever drawn outside the box. All in points.
    """
    fitted = Fitted((), smallest)
    for now in _sizes(text, width, size, smallest, lines, bold):
        fitted = Fitted((text,) if lines == 1 else tuple(wrap(text, width, now, bold)), now)
        narrow = all(fonts.width(line, now, bold) <= width for line in fitted.lines)
        if narrow and len(fitted.lines) <= lines and (not height or fitted.height <= height):
            return fitted
    room = max(1, min(lines, int((height / smallest - 1) / LEADING) + 1 if height else lines))
    last = _cut("".join(fitted.lines[room - 1 :]), width, smallest, bold)
    return Fitted((*fitted.lines[: room - 1], last), smallest, True)


def _sizes(text: str, width: float, size: float, smallest: float, lines: int, bold: bool) -> list[float]:
    """From large to small, without those at which all lines together are too short for the text."""
    needed = fonts.width(text, 1, bold)
    largest = min(size, lines * width / needed) if needed else size
    first = max(0, math.ceil((size - largest) / STEP - 1e-9))
    return [size - STEP * n for n in range(first, int((size - smallest) / STEP) + 1)] + [smallest]


def _cut(line: str, width: float, size: float, bold: bool) -> str:
    while line and fonts.width(line + ELLIPSIS, size, bold) > width:
        line = "".join(_CLUSTERS.findall(line)[:-1])
    return line + ELLIPSIS
