"""Processor time that reading may use: a sender waits for a page, so a page reads no longer than it may."""

from __future__ import annotations

import time

from portal.core.workbooks.problems import OutOfTime


class Budget:
    """At most `seconds` of this thread's processor time from now on; None is without end."""

    def __init__(self, seconds: float | None = None):
        self._until = None if seconds is None else time.thread_time() + seconds

    def check(self) -> None:
        """Raises OutOfTime."""
        if self._until is not None and time.thread_time() > self._until:
            raise OutOfTime
