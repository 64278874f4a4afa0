"""How a face gets into a document: reportlab's TrueType font, with what it lacks.

- A map to Unicode that holds beyond the basic plane. Its own writes U+2348D as five hexadecimal digits, which no
  reader understands: the text could not be searched or copied.
- Words whose letters join or stack (joined.py): each cluster becomes one sign of the embedded font, put together from
  the glyphs that shaping chose. So one code stands for one cluster, its width is that of the font, and its text is what
  was written: a reader need not guess what was joined.
"""

from __future__ import annotations

import copy
import struct
from typing import Any

from reportlab.pdfbase.ttfonts import TTFont

from portal.core.pdf.joined import Cluster, Joined

FIRST = 0xF0000  # codes of clusters, in the private plane, anew for each document
_WORDS, _PLACES, _MORE, _OVERLAP = 0x0001, 0x0002, 0x0020, 0x0400  # flags of a component (OpenType, table glyf)
_IN_A_SUBSET, _SPACE = 256, 32  # codes of one embedded part; some readers take code 32 for a space whatever it shows


class PortalFont(TTFont):
    """One of fonts.FILES."""

    def addObjects(self, doc: Any) -> None:  # the library's name
        state = self.state.get(doc)
        subsets = [[self._text(state, code) for code in subset] for subset in state.subsets] if state else []
        TTFont.addObjects(self._written(state), doc)
        for name, held in doc.idToObject.items():
            if name.startswith("toUnicodeCMap:") and f"+{self.face.name.decode()}" in name:
                held.content = unicode_map(name.partition(":")[2], subsets[_number(name)])

    def _written(self, state: Any) -> PortalFont:
        """The font as it goes into one document. A copy: the library reads a face by a place that it moves along, and
        two documents written at once would move it for each other."""
        written = copy.copy(self)
        written.face = copy.copy(self.face)
        return written

    def _text(self, state: Any, code: int) -> str:
        return chr(code)


class JoinedFont(PortalFont):
    """A face of a script whose letters join or stack. Draws `Joined` words only."""

    def splitString(self, text: Joined, doc: Any, encoding: str = "utf-8") -> list[tuple[int, bytes]]:  # as above
        state = self.state.get(doc)
        if state is None:
            state = self._assignState(doc, asciiReadable=False)
            state.subsets, state.clusters = [[0]], []
        parts: list[tuple[int, bytes]] = []
        for cluster in text.clusters:
            subset, code = _placed(state, cluster)
            if parts and parts[-1][0] == subset:
                parts[-1] = (subset, parts[-1][1] + bytes([code]))
            else:
                parts.append((subset, bytes([code])))
        return parts

    def _written(self, state: Any) -> PortalFont:
        written = super()._written(state)
        add_clusters(written.face, state.clusters)
        return written

    def _text(self, state: Any, code: int) -> str:
        return state.clusters[code - FIRST].text if code >= FIRST else chr(code)


def _placed(state: Any, cluster: Cluster) -> tuple[int, int]:
    """Which part of the font has the cluster, and under which code; given out in the order of drawing."""
    place: tuple[int, int] | None = state.assignments.get(cluster)
    if place is None:
        if len(state.subsets[-1]) == _SPACE:
            state.subsets[-1].append(_SPACE)
        if len(state.subsets[-1]) == _IN_A_SUBSET:
            state.subsets.append([0])
        place = state.assignments[cluster] = (len(state.subsets) - 1, len(state.subsets[-1]))
        state.subsets[-1].append(FIRST + len(state.clusters))
        state.clusters.append(cluster)
    return place


def add_clusters(face: Any, clusters: list[Cluster]) -> None:
    """Gives the face, a copy of its own, a composite glyph for each cluster, under the codes from FIRST on."""
    start, length = face.get_table_pos("glyf")
    glyf, ends = bytes(face._ttf_data[start : start + length]), list(face.glyphPos)
    face.charToGlyph, face.charWidths = dict(face.charToGlyph), dict(face.charWidths)
    face.hmetrics = list(face.hmetrics)
    added = []
    for n, cluster in enumerate(clusters):
        data, left = _composite(face, glyf, cluster)
        face.charToGlyph[FIRST + n] = len(ends) - 1
        face.charWidths[FIRST + n] = cluster.width
        face.hmetrics.append((cluster.width, left & 0xFFFF))
        added.append(data)
        ends.append(ends[-1] + len(data))
    new = glyf[: face.glyphPos[-1]] + b"".join(added)
    face.table = {**face.table, "glyf": {**face.table["glyf"], "offset": len(face._ttf_data), "length": len(new)}}
    face._ttf_data = bytes(face._ttf_data) + new
    face.glyphPos = ends


def drawn_alone(font: TTFont, word: Joined) -> tuple[bytes, str]:
    """(font file with the clusters of the word, characters from ! on that stand for them): for whoever draws without a
    document. The file's map of characters is that of the Macintosh."""
    face = copy.copy(font.face)
    add_clusters(face, list(word.clusters))
    codes = [FIRST + n for n in range(len(word.clusters))]
    blanks = [0] * ord("!")
    return face.makeSubset([*blanks, *codes]), "".join(chr(ord("!") + n) for n in range(len(codes)))


def _composite(face: Any, glyf: bytes, cluster: Cluster) -> tuple[bytes, int]:
    """(glyph of the parts at their places, its left side bearing)."""
    parts, boxes = [], []
    for glyph, x, y in cluster.parts:
        first, end = face.glyphPos[glyph], face.glyphPos[glyph + 1]
        if end > first:  # a blank has no outline
            left, low, right, high = struct.unpack(">4h", glyf[first + 2 : first + 10])
            boxes.append((left + x, low + y, right + x, high + y))
            parts.append((glyph, x, y))
    if not parts:
        return b"", 0
    lefts, lows, rights, highs = zip(*boxes, strict=True)
    data = struct.pack(">5h", -1, min(lefts), min(lows), max(rights), max(highs))
    for n, (glyph, x, y) in enumerate(parts):
        flags = _WORDS | _PLACES | (_OVERLAP if n == 0 else 0) | (_MORE if n + 1 < len(parts) else 0)
        data += struct.pack(">2H2h", flags, glyph, x, y)
    return data + b"\0" * (-len(data) % 4), min(lefts)


def _number(name: str) -> int:
    """Which subset a name like toUnicodeCMap:AAAAAB+PortalHanSans-Regular speaks of: six letters in base 26."""
    number = 0
    for letter in name.partition(":")[2].partition("+")[0]:
        number = number * 26 + ord(letter) - ord("A")
    return number


def unicode_map(name: str, texts: list[str]) -> str:
    """What each code is copied as. ISO 32000-1, 9.10.3: UTF-16BE, at most 100 lines in a block."""
    lines = [f"<{code:02X}> <{text.encode('utf-16-be').hex().upper()}>" for code, text in enumerate(texts)]
    blocks = [lines[i : i + 100] for i in range(0, len(lines), 100)]
    body = [line for block in blocks for line in (f"{len(block)} beginbfchar", *block, "endbfchar")]
    return "\n".join(
        [
            "/CIDInit /ProcSet findresource begin", "12 dict begin", "begincmap",
            f"/CIDSystemInfo << /Registry ({name}) /Ordering ({name}) /Supplement 0 >> def",
            f"/CMapName /{name} def", "/CMapType 2 def",
            "1 begincodespacerange", f"<00> <{len(texts) - 1:02X}>", "endcodespacerange",
            *body,
            "endcmap", "CMapName currentdict /CMap defineresource pop", "end", "end",
        ]
    )  # fmt: skip
