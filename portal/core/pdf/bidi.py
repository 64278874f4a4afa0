"""The order in which a line with words from right to left is drawn: the Unicode Bidirectional Algorithm.

Unicode Standard Annex #9, revision 46, for one line without explicit embeddings and isolates: such marks are never
printed (fonts.py leaves them out). Rules are named as there. Levels: even from left to right, odd from right to left.
"""

from __future__ import annotations

import unicodedata
from collections.abc import Iterator
from itertools import groupby

_STRONG = ("L", "R", "AL")
_NEUTRAL = ("ON", "WS", "S", "B")
_SAME = {"\u2329": "\u3008", "\u232a": "\u3009"}  # canonically equal brackets
_DEEPEST = 63  # open brackets (BD16)
# What is drawn turned round in words from right to left, beside brackets (BidiMirroring.txt, below U+2200).
_TURNED = {"<": ">", ">": "<", "«": "»", "»": "«", "‹": "›", "›": "‹"}


def is_right_to_left(text: str) -> bool:
    """Whether the first letter with a direction of its own is read from right to left (P2, P3)."""
    kinds = (unicodedata.bidirectional(character) for character in text)
    return next((kind for kind in kinds if kind in _STRONG), "L") != "L"


def mirrored(character: str) -> str:
    """The sign that is drawn for it in words from right to left (L4)."""
    return _TURNED.get(character) or _partner(character) or character


def _partner(bracket: str) -> str:
    """The other one of a pair: they are neighbours but for four, which no font of ours has (BidiBrackets.txt)."""
    if not unicodedata.mirrored(bracket):
        return ""
    step = {"Ps": 1, "Pe": -1}.get(unicodedata.category(bracket), 0)
    if not step or bracket in "[]{}［］｛｝":
        return {"[": "]", "]": "[", "{": "}", "}": "{", "［": "］", "］": "［", "｛": "｝", "｝": "｛"}.get(bracket, "")
    other = chr(ord(bracket) + step)
    return other if unicodedata.category(other) in ("Ps", "Pe") and unicodedata.mirrored(other) else ""


def levels(text: str, right_to_left: bool) -> list[int]:
    """The level of each character, in a line whose main direction is given."""
    kinds = [unicodedata.bidirectional(character) or "L" for character in text]
    base = int(right_to_left)
    seen = [n for n, kind in enumerate(kinds) if kind != "BN"]  # X9: what has no width takes no part
    resolved = _resolved([text[n] for n in seen], [kinds[n] for n in seen], "R" if base else "L")
    found = [base] * len(text)
    for n, kind in zip(seen, resolved, strict=True):
        found[n] = base + {"L": base, "R": 1 - base, "EN": 2 - base, "AN": 2 - base}[kind]  # I1, I2
    return _trimmed(kinds, found, base)


def _trimmed(kinds: list[str], found: list[int], base: int) -> list[int]:
    """L1: spaces at the end and before a separator go with the line."""
    at_end = True
    for n in range(len(found) - 1, -1, -1):
        if kinds[n] in ("S", "B"):
            at_end = True
        elif kinds[n] not in ("WS", "BN"):
            at_end = False
        if at_end:
            found[n] = base
        elif kinds[n] == "BN" and n:
            found[n] = found[n - 1]
    return found


def order(found: list[int]) -> Iterator[tuple[int, list[int]]]:
    """Stretches of one level from left to right: (level, places of their characters as drawn) (L2)."""
    stretches = [
        (level, [n for n, _level in part]) for level, part in groupby(enumerate(found), key=lambda one: one[1])
    ]
    for level in range(max(found, default=0), 0, -1):
        turned: list[tuple[int, list[int]]] = []
        for high, group in groupby(stretches, key=lambda one: one[0] >= level):
            part = list(group)
            turned += part[::-1] if high else part
        stretches = turned
    yield from ((level, places[::-1] if level % 2 else places) for level, places in stretches)


def _resolved(characters: list[str], kinds: list[str], base: str) -> list[str]:
    """L, R, EN or AN for each."""
    now = _weak(kinds, base)
    _brackets(characters, kinds, now, base)
    n = 0
    for neutral, group in groupby(list(now), key=lambda kind: kind in _NEUTRAL):
        length = len(list(group))
        if neutral:  # N1, N2
            before = _side(now[n - 1]) if n else base
            after = _side(now[n + length]) if n + length < len(now) else base
            now[n : n + length] = [before if before == after else base] * length
        n += length
    return now


def _side(kind: str) -> str:
    return "L" if kind == "L" else "R"  # numbers stand with R


def _weak(kinds: list[str], base: str) -> list[str]:
    """W1 to W7."""
    now, strong, before = list(kinds), base, base
    for n, kind in enumerate(now):
        if kind == "NSM":
            now[n] = kind = before
        before = kind
        if kind in _STRONG:
            strong = kind
        elif kind == "EN" and strong == "AL":
            now[n] = "AN"
    now = ["R" if kind == "AL" else kind for kind in now]
    for n in range(1, len(now) - 1):
        if now[n] in ("ES", "CS") and now[n - 1] == now[n + 1] in (("EN",) if now[n] == "ES" else ("EN", "AN")):
            now[n] = now[n - 1]
    n = 0
    for kind, group in groupby(list(now)):
        length = len(list(group))
        if kind == "ET" and "EN" in now[max(0, n - 1) : n] + now[n + length : n + length + 1]:
            now[n : n + length] = ["EN"] * length
        n += length
    strong = base
    for n, kind in enumerate(now):
        if kind in ("L", "R"):
            strong = kind
        elif kind == "EN" and strong == "L":
            now[n] = "L"
        elif kind in ("ES", "ET", "CS"):
            now[n] = "ON"
    return now


def _brackets(characters: list[str], kinds: list[str], now: list[str], base: str) -> None:
    """N0: a pair of brackets goes with what it encloses."""
    for first, last in sorted(_pairs(characters, now)):
        inside = {_side(kind) for kind in now[first + 1 : last] if kind not in _NEUTRAL}
        if base in inside:
            side = base
        elif inside:
            before = (
                next((_side(kind) for kind in now[first - 1 :: -1] if kind not in _NEUTRAL), base) if first else base
            )
            side = before if before in inside else base
        else:
            continue
        for place in (first, last):
            now[place] = side
            for after in range(place + 1, len(now)):
                if kinds[after] != "NSM":
                    break
                now[after] = side


def _pairs(characters: list[str], now: list[str]) -> list[tuple[int, int]]:
    """BD16."""
    found: list[tuple[int, int]] = []
    open_ones: list[tuple[str, int]] = []
    for n, character in enumerate(characters):
        other = _partner(character) if now[n] == "ON" else ""
        if not other:
            continue
        if unicodedata.category(character) == "Ps":
            if len(open_ones) == _DEEPEST:
                break
            open_ones.append((_SAME.get(other, other), n))
            continue
        for depth in range(len(open_ones) - 1, -1, -1):
            if open_ones[depth][0] == _SAME.get(character, character):
                found.append((open_ones[depth][1], n))
                del open_ones[depth:]
                break
    return found
