"""Which face draws a character. The files and their licences are in data/fonts (README.md there).

A line is cut into runs: the main face, bold or regular, as far as it goes, then the wide one, the extended one, letters
of other languages, Hangul, the rare ones. Words of Arabic and Tibetan script are shaped (joined.py), and runs stand in
the order in which they are drawn (bidi.py). What no face has prints as 〓, so that a reader sees that something is
missing; little pictures (emoji) are left out, for they say nothing that is missed.
"""

from __future__ import annotations

import re
import threading
import unicodedata
from collections.abc import Iterator
from functools import lru_cache
from itertools import groupby
from operator import itemgetter
from pathlib import Path
from typing import NamedTuple

from django.conf import settings
from reportlab.pdfbase import pdfmetrics

from portal.core.pdf import bidi
from portal.core.pdf.embedding import JoinedFont, PortalFont
from portal.core.pdf.joined import ARABIC, TIBETAN, WORDS, Joined, shape

FOLDER = Path(settings.BASE_DIR) / "data" / "fonts"
MISSING = "〓"
FILES = {
    "PortalSans": "sans-regular.ttf",
    "PortalSans-Bold": "sans-bold.ttf",
    "PortalWide": "wide.ttf",
    "PortalExtended": "extended.ttf",
    "PortalLetters": "letters.ttf",
    "PortalHangul": "hangul.ttf",
    "PortalRare": "rare.ttf",
    "PortalNewest": "newest.ttf",
    ARABIC: "arabic.ttf",
    TIBETAN: "tibetan.ttf",
}
JOINED = (ARABIC, TIBETAN)
REGULAR: tuple[str, ...] = tuple(name for name in FILES if name not in ("PortalSans-Bold", *JOINED))
BOLD: tuple[str, ...] = ("PortalSans-Bold", *REGULAR)
# Emoji and what only changes the look of the sign before it: selectors, skin tones, the frame of a key, flags' letters.
_PICTURES = re.compile(
    "[\U0001f000-\U0001faff\u2190-\u21ff\u2300-\u23ff\u2600-\u27bf\u2b00-\u2bff\u20e3\ufe00-\ufe0f\U000e0020-\U000e01ef]"
)
_APOSTROPHE = re.compile(r"(?<=[A-Za-z])\u2019(?=[A-Za-z])")
_JOINED = re.compile("|".join(f"(?P<{name}>{letters})" for name, letters in WORDS.items()))
_TOKENS = re.compile(f"{_JOINED.pattern}|.", re.S)
_PRESENTED = re.compile("[\ufb50-\ufdff\ufe70-\ufefc]+")  # letters in one fixed form, as old programs write them
_loading = threading.Lock()
_faces: dict[str, PortalFont] = {}


def face(name: str) -> PortalFont:
    """The face of one of FILES, read once a process and only when a character asks for it."""
    found = _faces.get(name)
    if found is None:
        with _loading:
            found = _faces.get(name)
            if found is None:
                kind = JoinedFont if name in JOINED else PortalFont
                found = kind(name, str(FOLDER / FILES[name]), asciiReadable=False, shapable=False)
                pdfmetrics.registerFont(found)
                _faces[name] = found
    return found


@lru_cache(maxsize=65536)
def glyph(character: str, bold: bool) -> tuple[str, str, float]:
    """(face, character to draw, width in thousandths of the type size); ("", "", 0) for what is not drawn at all."""
    kind = unicodedata.category(character)
    if character.isspace():
        character = "\u3000" if character == "\u3000" else " "
    elif kind in ("Cc", "Cf"):
        return "", "", 0.0
    for name in BOLD if bold else REGULAR:
        width = face(name).face.charWidths.get(ord(character))
        if width is not None:
            return name, character, width
    if _PICTURES.match(character):
        return "", "", 0.0
    simple = unicodedata.normalize("NFKC", character)  # Ⅿ → M, 𝐀 → A
    return glyph(simple if len(simple) == 1 and simple != character else MISSING, bold)


def plain(text: str) -> str:
    """The text as it is measured and drawn: composed, and with a narrow apostrophe inside Latin words, where the
    Chinese face would leave the room of a whole character."""
    text = _APOSTROPHE.sub("'", unicodedata.normalize("NFC", text))
    return _PRESENTED.sub(lambda found: unicodedata.normalize("NFKC", found[0]), text)


class Run(NamedTuple):
    """A part of a line in one face; `width` in thousandths of the type size."""

    face: str
    part: str
    width: float


@lru_cache(maxsize=4096)
def runs(
    text: str, bold: bool = False, right_to_left: bool | None = None, around: tuple[str, str] = ("", "")
) -> tuple[Run, ...]:
    """`text` cut where the face changes, from left to right. Nothing in it is markup.

    `right_to_left` is the main direction; unless given, that of the first letter that has one. `around` is what stands
    before and behind the line in its text: a comma at the end goes with the words on both sides of it.
    """
    text = plain(text)
    if _JOINED.search(text):
        return tuple(_merged(_in_order(text, bold, right_to_left, around)))
    return tuple(_plain_runs(text, bold))


def _plain_runs(text: str, bold: bool) -> Iterator[Run]:
    found = (glyph(character, bold) for character in text)
    for name, part in groupby(found, key=itemgetter(0)):
        if name:
            glyphs = list(part)
            yield Run(name, "".join([one[1] for one in glyphs]), sum([one[2] for one in glyphs]))


def _in_order(text: str, bold: bool, right_to_left: bool | None, around: tuple[str, str]) -> Iterator[Run]:
    """Words and single characters, with what is not drawn left out before directions are found."""
    before, text, after = (_drawn(part) for part in (around[0], text, around[1]))
    if right_to_left is None:
        right_to_left = bidi.is_right_to_left(text)
    levels = bidi.levels(before + text + after, right_to_left)[len(before) : len(before) + len(text)]
    for level, places in bidi.order(levels):
        backwards = bool(level % 2)
        stretch = "".join(text[place] for place in (reversed(places) if backwards else places))
        pieces = list(_TOKENS.finditer(stretch))
        for piece in reversed(pieces) if backwards else pieces:
            if piece.lastgroup:
                yield from _shaped(piece.lastgroup, piece[0], bold, backwards)
            else:
                yield Run(*glyph(bidi.mirrored(piece[0]) if backwards else piece[0], bold))


def _drawn(text: str) -> str:
    return "".join(c for c in text if c in "\u200c\u200d" or _JOINED.match(c) or glyph(c, False)[0])


def _shaped(name: str, word: str, bold: bool, backwards: bool) -> Iterator[Run]:
    face(name)  # made known to the library
    for known, group in groupby(shape(FOLDER / FILES[name], name, word, backwards), key=lambda one: one.known):
        clusters = tuple(group)
        if known:
            joined = Joined(clusters)
            yield Run(name, joined, joined.width)
        else:
            yield from (Run(*glyph(MISSING, bold)) for _cluster in clusters)


def _merged(found: Iterator[Run]) -> Iterator[Run]:
    """Characters of one face that follow each other, together."""
    for (name, joined), group in groupby(found, key=lambda run: (run.face, isinstance(run.part, Joined))):
        if joined:
            yield from group
        elif name:
            parts = list(group)
            yield Run(name, "".join([run.part for run in parts]), sum([run.width for run in parts]))


def width(text: str, size: float, bold: bool = False) -> float:
    """Width in points."""
    return _thousandths(text, bold) * size / 1000


@lru_cache(maxsize=8192)
def _thousandths(text: str, bold: bool) -> float:
    text = plain(text)
    if _JOINED.search(text):
        return sum(run.width for run in runs(text, bold))
    return sum(glyph(c, bold)[2] for c in text)


def missing(text: str) -> list[str]:
    """The characters of `text` that print as 〓, each once, in their order."""
    return [c for c in dict.fromkeys(plain(text)) if c != MISSING and _is_missing(c)]


def _is_missing(character: str) -> bool:
    found = _JOINED.match(character)
    if found:
        return ord(character) not in face(str(found.lastgroup)).face.charToGlyph
    return glyph(character, False)[1] == MISSING
