"""Text from outside that PostgreSQL cannot hold: zero bytes and halves of surrogate pairs."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from typing import Any

_UNFIT = re.compile("[\x00\ud800-\udfff]")
# What may stand behind it in JSON; whether it does is asked of the text itself.
_SUSPICIOUS_JSON = re.compile(rb"\\u(?:0000|[dD][89a-fA-F])|\x00")


def is_unfit(text: str) -> bool:
    """Whether PostgreSQL refuses to keep `text`."""
    return _UNFIT.search(text) is not None


def holds_unfit(value: Any) -> bool:
    """The same of everything inside lists and mappings, their keys too."""
    if isinstance(value, str):
        return is_unfit(value)
    if isinstance(value, Mapping):
        return any(holds_unfit(key) or holds_unfit(inner) for key, inner in value.items())
    if isinstance(value, Iterable) and not isinstance(value, bytes):
        return any(map(holds_unfit, value))
    return False


def may_hold_unfit(body: bytes) -> bool:
    """False when no text of this JSON can be unfit: one search of the raw bytes instead of a walk through all."""
    return _SUSPICIOUS_JSON.search(body) is not None


def form_is_unfit(fields: Any, files: Any) -> bool:
    """Whether a field of a form, its name, or the name of a file (QueryDict, MultiValueDict) holds unfit text."""
    for name, values in fields.lists():
        if is_unfit(name) or any(map(is_unfit, values)):
            return True
    return any(is_unfit(name) or is_unfit(file.name or "") for name, sent in files.lists() for file in sent)
