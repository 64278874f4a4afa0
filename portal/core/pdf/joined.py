"""Words of scripts whose letters join or stand on each other: Arabic (Uyghur, Kazakh) and Tibetan.

HarfBuzz says which glyphs draw such a word and where (OpenType, GSUB and GPOS). They are kept together by cluster: a
letter with its marks, a stack, two letters that have melted into one.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from functools import lru_cache
from itertools import groupby
from pathlib import Path

import uharfbuzz

ARABIC, TIBETAN = "PortalArabic", "PortalTibetan"
_SCRIPTS = {ARABIC: ("Arab", "ug"), TIBETAN: ("Tibt", "bo")}
# What is shaped together, as a regular expression: words with the spaces between them. Zero-width joiners count within
# a word only.
_ARABIC, _TIBETAN = "[\u0600-\u06ff\u0750-\u077f][\u0600-\u06ff\u0750-\u077f\u200c\u200d]*", "[\u0f00-\u0fff]+"
WORDS = {ARABIC: f"{_ARABIC}(?: +{_ARABIC})*", TIBETAN: f"{_TIBETAN}(?: +{_TIBETAN})*"}


@dataclass(frozen=True, slots=True)
class Cluster:
    """What a piece of `text` is drawn by: (glyph, x, y) in thousandths of the type size. `known`: the font has it."""

    text: str
    parts: tuple[tuple[int, int, int], ...]
    width: int
    known: bool = True


class Joined(str):
    """The text of a word, with its clusters from left to right."""

    clusters: tuple[Cluster, ...]

    def __new__(cls, clusters: tuple[Cluster, ...]) -> Joined:
        word = super().__new__(cls, "".join(cluster.text for cluster in clusters))
        word.clusters = clusters
        return word

    @property
    def width(self) -> int:
        """In thousandths of the type size."""
        return sum(cluster.width for cluster in self.clusters)


@lru_cache(maxsize=4)
def _font(path: Path) -> uharfbuzz.Font:
    return uharfbuzz.Font(uharfbuzz.Face(uharfbuzz.Blob.from_file_path(str(path))))


@lru_cache(maxsize=8192)
def shape(path: Path, face: str, word: str, right_to_left: bool) -> tuple[Cluster, ...]:
    """The clusters of a word in the order of drawing, from left to right. The font of `path` has 1,000 units."""
    script, language = _SCRIPTS[face]
    buffer = uharfbuzz.Buffer()
    buffer.add_str(word)
    buffer.script, buffer.language, buffer.direction = script, language, "rtl" if right_to_left else "ltr"
    buffer.cluster_level = uharfbuzz.BufferClusterLevel.MONOTONE_GRAPHEMES
    buffer.flags = uharfbuzz.BufferFlags.REMOVE_DEFAULT_IGNORABLES
    uharfbuzz.shape(_font(path), buffer)
    found = _clusters(word, buffer)
    return tuple(one for cluster in found for one in (_letters(cluster) if right_to_left else [cluster]))


def _clusters(word: str, buffer: uharfbuzz.Buffer) -> Iterator[Cluster]:
    drawn = list(zip(buffer.glyph_infos, buffer.glyph_positions, strict=True))
    begins = sorted({info.cluster for info, _position in drawn})
    ends = dict(zip(begins, [*begins[1:], len(word)], strict=True))
    for begin, group in groupby(drawn, key=lambda one: one[0].cluster):
        parts, pen = [], 0
        for info, position in group:
            parts.append((info.codepoint, pen + position.x_offset, position.y_offset))
            pen += position.x_advance
        known = all(glyph for glyph, _x, _y in parts)
        yield Cluster(word[begin : ends[begin]], tuple(parts), max(0, pen), known)


def _letters(cluster: Cluster) -> list[Cluster]:
    """One cluster a letter, from left to right: the leftmost draws them all, the others are blank.

    Readers put words from right to left together from what stands on the page, code by code; a code that means two
    letters (ﻻ, a letter with its vowel sign) comes out turned round in most of them.
    """
    count = len(cluster.text)
    if count == 1 or not cluster.known:
        return [cluster]
    each = cluster.width // count
    blank = [Cluster(letter, (), each) for letter in reversed(cluster.text[:-1])]
    return [Cluster(cluster.text[-1], cluster.parts, cluster.width - each * (count - 1)), *blank]
