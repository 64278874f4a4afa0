"""Text from outside: what PostgreSQL cannot hold (zero bytes, halves of surrogate pairs) and what nobody can see."""

from __future__ import annotations

import re
from typing import Any

_UNFIT = re.compile("[\x00\ud800-\udfff]")
# What may stand behind it in JSON; whether it does is asked of the text itself.
_SUSPICIOUS_JSON = re.compile(rb"\\u(?:0000|[dD][89a-fA-F])|\x00")

_HALF = re.compile(rb"\\u[dD][89a-fA-F]")
# Every escape of a JSON text from left to right: whole pairs and others as they are, a half alone as group 1.
_ESCAPE = re.compile(
    rb"\\(?:u[dD][89abAB][0-9a-fA-F]{2}\\u[dD][c-fC-F][0-9a-fA-F]{2}|(u[dD][89a-fA-F][0-9a-fA-F]{2})|.)", re.DOTALL
)


# Signs that nobody sees: soft hyphen, zero width, directions, joiners, byte order mark. Copied along from web pages,
# chats and Windows' own dialogs.
INVISIBLE = re.compile("[\u00ad\u200b-\u200f\u202a-\u202e\u2060-\u2064\u2066-\u2069\ufeff]")


def is_unfit(text: str) -> bool:
    """Whether PostgreSQL refuses to keep `text`."""
    return _UNFIT.search(text) is not None


def fitted(text: str) -> str:
    """`text` with � for each sign that PostgreSQL refuses."""
    return _UNFIT.sub("\ufffd", text)


def holds_unfit(value: Any) -> bool:
    """The same of everything inside lists and mappings, their keys too; however deep they lie."""
    waiting = [value]
    while waiting:
        found = waiting.pop()
        if isinstance(found, str):
            if is_unfit(found):
                return True
        elif isinstance(found, list):
            waiting.extend(found)
        elif isinstance(found, dict):
            waiting.extend(found)
            waiting.extend(found.values())
    return False


def zero_lone_halves(body: bytes) -> bytes:
    """JSON with a zero byte in place of each half of a surrogate pair that stands alone, as senders write that cut a
    text in the middle of a character. Where it stands is refused for the zero byte, and the rest can be read."""
    return _ESCAPE.sub(lambda found: rb"\u0000" if found[1] else found[0], body) if _HALF.search(body) else body


def may_hold_unfit(body: bytes) -> bool:
    """False when no text of this JSON can be unfit: one search of the raw bytes instead of a walk through all."""
    return _SUSPICIOUS_JSON.search(body) is not None


def form_is_unfit(fields: Any, files: Any) -> bool:
    """Whether a field of a form, its name, or the name of a file (QueryDict, MultiValueDict) holds unfit text."""
    for name, values in fields.lists():
        if is_unfit(name) or any(map(is_unfit, values)):
            return True
    return any(is_unfit(name) or is_unfit(file.name or "") for name, sent in files.lists() for file in sent)
