"""What people put into the lookup's box: numbers, whole messages, links, several of them with any signs between."""

from __future__ import annotations

import re

from logistics.parcels.lookup import WAYBILL_PREFIX
from portal.core.masking import normalise_digits

_LINK = re.compile(r"https?://\S+|\S+/[tp]/\S+", re.I)
_IN_LINK = re.compile(
    r"/[tp]/([0-9A-Za-z-]{6,40})|[?&](?:n|no|nu|num|number|mailno|waybill)=([0-9A-Za-z-]{8,40})", re.I
)
_BETWEEN = re.compile(r"[,;:，；：、。．！？!?|/\\()（）\[\]【】《》<>{}\"'“”‘’\t\r\n]+")
_WORDS = re.compile(r"[\u3400-\u9fff\uac00-\ud7af\u3040-\u30ff]")  # Chinese and its neighbours: a message, no number
_CANDIDATE = re.compile(r"[0-9A-Za-z][0-9A-Za-z-]{6,38}[0-9A-Za-z]")
_LEAST_DIGITS = 6
_OWN = re.compile(rf"{WAYBILL_PREFIX}[0-9A-Z]{{12}}")
_PHONE = re.compile(r"(?:86)?1[3-9][0-9]{9}|400[0-9]{7}|0[0-9]{2,3}-?[0-9]{7,8}")
_DAY = re.compile(r"20[0-9]{2}-?[01]?[0-9]-?[0-3]?[0-9]")


def numbers_in(text: str) -> list[str]:
    """The numbers in what was typed or pasted, each once, in their order; what was typed alone stays as it is.

    Of a message those that can stand on a label count: at least eight signs with six digits, and no phone or date.
    Where it holds none, its phones are given, so that whoever typed one is told what it is.
    """
    plain = normalise_digits(text).replace("\u3000", " ")
    found = [one for link in _LINK.findall(plain) for pair in _IN_LINK.findall(link) for one in pair if one]
    plain = _LINK.sub("\n", plain)
    found += _in_message(plain) if _WORDS.search(plain) else _typed(plain)
    return list(dict.fromkeys(found or filter(None, ["".join(plain.split())[:60]])))


def _typed(text: str) -> list[str]:
    """One a line or with signs between them; spaces part them only where each part could be one."""
    found: list[str] = []
    for line in _BETWEEN.split(text):
        parts = line.split()
        found += parts if all(len(part) >= 8 for part in parts) else ["".join(parts)]
    return [part for part in found if part]


def _digits(text: str) -> int:
    return sum(c.isdigit() for c in text)


def _in_message(text: str) -> list[str]:
    candidates = [
        one for one in _CANDIDATE.findall(text) if _OWN.fullmatch(one.upper()) or _digits(one) >= _LEAST_DIGITS
    ]
    numbers = [one for one in candidates if not _PHONE.fullmatch(one) and not _DAY.fullmatch(one)]
    return numbers or [one for one in candidates if _PHONE.fullmatch(one)]
