"""Which face draws a character. The files and their licences are in data/fonts (README.md there).

A line is cut into runs: the main face, bold or regular, as far as it goes, then the wide one, the extended one, letters
of other languages, the rare one. What none of them has prints as 〓, so that a reader sees that something is missing;
little pictures (emoji) are left out, for they say nothing that is missed.
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

from django.conf import settings
from reportlab.pdfbase import pdfmetrics
from reportlab.pdfbase.ttfonts import TTFont

FOLDER = Path(settings.BASE_DIR) / "data" / "fonts"
MISSING = "〓"
FILES = {
    "PortalSans": "sans-regular.ttf",
    "PortalSans-Bold": "sans-bold.ttf",
    "PortalWide": "wide.ttf",
    "PortalExtended": "extended.ttf",
    "PortalLetters": "letters.ttf",
    "PortalRare": "rare.ttf",
}
REGULAR: tuple[str, ...] = ("PortalSans", "PortalWide", "PortalExtended", "PortalLetters", "PortalRare")
BOLD: tuple[str, ...] = ("PortalSans-Bold", *REGULAR)
# Emoji and what only changes the look of the sign before it: selectors, skin tones, the frame of a key, flags' letters.
_PICTURES = re.compile(
    "[\U0001f000-\U0001faff\u2190-\u21ff\u2300-\u23ff\u2600-\u27bf\u2b00-\u2bff\u20e3\ufe00-\ufe0f\U000e0020-\U000e01ef]"
)
_APOSTROPHE = re.compile(r"(?<=[A-Za-z])\u2019(?=[A-Za-z])")
_loading = threading.Lock()
_faces: dict[str, PortalFont] = {}


class PortalFont(TTFont):
    """reportlab's font with a map to Unicode that holds beyond the basic plane.

    Its own map writes U+2348D as five hexadecimal digits, which readers can't read: the text could not be searched or
    copied. PDF 32000-1, 9.10.3: UTF-16BE, at most 100 lines in a block.
    """

    def addObjects(self, doc) -> None:  # the library's name
        state = self.state.get(doc)
        subsets = [list(subset) for subset in state.subsets] if state else []
        super().addObjects(doc)
        for name, held in doc.idToObject.items():
            if name.startswith("toUnicodeCMap:") and f"+{self.face.name.decode()}" in name:
                held.content = unicode_map(name.partition(":")[2], subsets[_number(name)])


def _number(name: str) -> int:
    """Which subset a name like toUnicodeCMap:AAAAAB+PortalHanSans-Regular speaks of: six letters in base 26."""
    number = 0
    for letter in name.partition(":")[2].partition("+")[0]:
        number = number * 26 + ord(letter) - ord("A")
    return number


def unicode_map(name: str, codes: list[int]) -> str:
    lines = [f"<{i:02X}> <{chr(code).encode('utf-16-be').hex().upper()}>" for i, code in enumerate(codes)]
    blocks = [lines[i : i + 100] for i in range(0, len(lines), 100)]
    body = [line for block in blocks for line in (f"{len(block)} beginbfchar", *block, "endbfchar")]
    return "\n".join(
        [
            "/CIDInit /ProcSet findresource begin", "12 dict begin", "begincmap",
            f"/CIDSystemInfo << /Registry ({name}) /Ordering ({name}) /Supplement 0 >> def",
            f"/CMapName /{name} def", "/CMapType 2 def",
            "1 begincodespacerange", f"<00> <{len(codes) - 1:02X}>", "endcodespacerange",
            *body,
            "endcmap", "CMapName currentdict /CMap defineresource pop", "end", "end",
        ]
    )  # fmt: skip


def face(name: str) -> PortalFont:
    """The face of one of FILES, read once a process and only when a character asks for it."""
    found = _faces.get(name)
    if found is None:
        with _loading:
            found = _faces.get(name)
            if found is None:
                found = PortalFont(name, str(FOLDER / FILES[name]), shapable=False)
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
    return _APOSTROPHE.sub("'", unicodedata.normalize("NFC", text))


def runs(text: str, bold: bool = False) -> Iterator[tuple[str, str]]:
    """`text` cut where the face changes: (face, part). Nothing in it is markup."""
    found = (glyph(character, bold) for character in plain(text))
    for name, part in groupby(found, key=itemgetter(0)):
        if name:
            yield name, "".join(map(itemgetter(1), part))


def width(text: str, size: float, bold: bool = False) -> float:
    """Width in points."""
    return _thousandths(text, bold) * size / 1000


@lru_cache(maxsize=8192)
def _thousandths(text: str, bold: bool) -> float:
    return sum(glyph(c, bold)[2] for c in plain(text))


def missing(text: str) -> list[str]:
    """The characters of `text` that print as 〓, each once, in their order."""
    return [c for c in dict.fromkeys(plain(text)) if c != MISSING and glyph(c, False)[1] == MISSING]
