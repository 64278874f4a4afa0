"""The id of the request that is being answered: in the answer, in errors and in the log."""

from __future__ import annotations

import os
import re
from contextvars import ContextVar

_SANE = re.compile(r"[A-Za-z0-9._-]{8,64}")
_current: ContextVar[str] = ContextVar("request_id", default="")


def begin_request(given: str) -> str:
    """Sets the id for this thread: the proxy's own where it is sane, else a fresh one of 16 hexadecimal digits."""
    request_id = given if _SANE.fullmatch(given) else os.urandom(8).hex()
    _current.set(request_id)
    return request_id


def request_id() -> str:
    """Empty before the first request of a thread. It stands until the next one: the framework logs an answer last."""
    return _current.get()
