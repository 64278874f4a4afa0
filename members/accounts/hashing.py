"""At most a few passwords are hashed at the same time on one machine: a hash takes half a second of a processor.

Without this bound, logins alone would take the threads that answer lookups. The places are files that processes lock
(flock), so that all processes of one machine share them and a killed one leaves none taken.
"""

from __future__ import annotations

import fcntl
import os
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from django.conf import settings
from django.utils.translation import gettext_lazy as _

from portal.core.errors import Unavailable

PATIENCE = 1.0  # seconds to wait for a place
_STEP = 0.05


class Busy(Unavailable):
    code = "busy"
    message = _("现在登录的人较多。")
    hint = _("请等几秒再提交一次，填写的内容没有错。")


@contextmanager
def one_of_few() -> Iterator[None]:
    """A place among settings.HASHING_AT_ONCE. Raises Busy (503 with Retry-After) when none comes free in time."""
    place = _take()
    try:
        yield
    finally:
        os.close(place)  # also unlocks


def _take() -> int:
    folder = _places()
    until = time.monotonic() + PATIENCE
    while True:
        for number in range(settings.HASHING_AT_ONCE):
            place = _open(folder / str(number))
            try:
                fcntl.flock(place, fcntl.LOCK_EX | fcntl.LOCK_NB)
            except BlockingIOError:
                os.close(place)
            else:
                return place
        if time.monotonic() > until:
            raise Busy(retry_after=3)
        time.sleep(_STEP)


def _places() -> Path:
    """The folder with all places, so that none is missing once nothing can be written any more."""
    folder = settings.VAR / "hashing"
    folder.mkdir(mode=0o700, parents=True, exist_ok=True)
    for number in range(settings.HASHING_AT_ONCE):
        if not (folder / str(number)).exists():
            os.close(_open(folder / str(number)))
    return folder


def _open(path: Path) -> int:
    """To be locked, which needs no writing: people sign in on a disk that is full or read-only, too."""
    try:
        return os.open(path, os.O_RDONLY)
    except FileNotFoundError:
        return os.open(path, os.O_RDONLY | os.O_CREAT, 0o600)
